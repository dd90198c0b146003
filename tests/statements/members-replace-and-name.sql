-- PATCH /Groups/019a0000-0000-7000-8000-000000000007
-- {"Operations":[{"op":"replace","path":"displayName","value":"All"},{"op":"replace","path":"members","value":[{"value":"019a0000-0000-7000-8000-000000000001"}]}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}

SELECT ?1 AS tenant_id, NULL AS subject, '' AS cursor_key, NULL AS last_used_at, json_extract('{}', coalesce((SELECT CASE state WHEN 'suspended' THEN 'tenant suspended'
      ELSE 'unknown token'
      END
      FROM tenants INDEXED BY tenants_closed
      WHERE id = ?1
        AND state <> 'active'), (SELECT 'settings are others'
      FROM tenants INDEXED BY tenants_settings
      WHERE id = ?1
        AND settings_version > ?2), '$')) AS is_open
-- ?1 = 1
-- ?2 = 0
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH tenants USING COVERING INDEX tenants_closed (id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH tenants USING COVERING INDEX tenants_settings (id=? AND settings_version>?)

SELECT id, iif(octet_length(document) <= 64000, document, NULL) AS document, version, octet_length(document) AS bytes
FROM teams
WHERE teams.tenant_id = ?1
  AND teams.id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000007"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)

SELECT ?1 AS tenant_id, NULL AS subject, '' AS cursor_key, NULL AS last_used_at, json_extract('{}', coalesce((SELECT CASE state WHEN 'suspended' THEN 'tenant suspended'
      ELSE 'unknown token'
      END
      FROM tenants INDEXED BY tenants_closed
      WHERE id = ?1
        AND state <> 'active'), '$')) AS is_open
-- ?1 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH tenants USING COVERING INDEX tenants_closed (id=?)

UPDATE teams
SET version = ?1, updated_at = max(updated_at, ?2), document = ?3, folded = ?4, display_name_folded = ?5, name_is_unique = 1
WHERE teams.tenant_id = ?6
  AND teams.id = ?7
  AND version = ?8
RETURNING teams.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || '\n' || document AS record
-- ?1 = "0000000000000011"
-- ?2 = "2026-01-01T00:00:00.011Z"
-- ?3 = "{\"displayName\":\"All\",\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"]}"
-- ?4 = "{\"displayName\":\"all\",\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"]}"
-- ?5 = "all"
-- ?6 = 1
-- ?7 = "019a0000-0000-7000-8000-000000000007"
-- ?8 = "0000000000000008"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)

DELETE
FROM team_members AS m
WHERE m.tenant_id = ?1
  AND m.team_id = (SELECT r.id
  FROM teams r
  WHERE r.tenant_id = ?1
    AND r.id = ?2
    AND r.version = ?3)
  AND m.member_id NOT IN (SELECT value FROM json_each(?4))
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000007"
-- ?3 = "0000000000000011"
-- ?4 = "[\"019a0000-0000-7000-8000-000000000001\"]"
-- plan: SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH r USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 2
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER

INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display)
SELECT r.tenant_id, r.id, j.value, iif(u.seq IS NULL, 'Group', 'User'), substr(coalesce(u.display_name, u.user_name, t.display_name), 1, 200)
FROM teams r
CROSS JOIN json_each(?1) j
LEFT JOIN users u ON u.tenant_id = ?2
  AND u.id = j.value
LEFT JOIN teams t ON u.seq IS NULL
  AND t.tenant_id = ?2
  AND t.id = j.value
WHERE (u.seq IS NOT NULL OR t.seq IS NOT NULL)
  AND r.tenant_id = ?2
  AND r.id = ?3
  AND r.version = ?4
ON CONFLICT DO NOTHING
-- ?1 = "[\"019a0000-0000-7000-8000-000000000001\"]"
-- ?2 = 1
-- ?3 = "019a0000-0000-7000-8000-000000000007"
-- ?4 = "0000000000000011"
-- plan: SEARCH r USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SEARCH u USING INDEX users_id (tenant_id=? AND id=?) LEFT-JOIN
-- plan: SEARCH t USING INDEX teams_id (tenant_id=? AND id=?) LEFT-JOIN

SELECT version, json_extract('{}', CASE WHEN (SELECT r.id
    FROM teams r
    WHERE r.tenant_id = ?1
      AND r.id = ?2
      AND r.version = ?3) IS NULL
    OR ((SELECT count(*) FROM team_members m WHERE m.tenant_id = ?1 AND m.team_id = ?2) = ?1
      AND NOT EXISTS (WITH RECURSIVE above(id) AS (SELECT m.team_id
        FROM team_members m INDEXED BY team_members_nested
        WHERE m.tenant_id = ?1
          AND m.member_type = 'Group'
          AND m.member_id = ?2
        UNION
        SELECT m.team_id
        FROM above
        CROSS JOIN team_members m INDEXED BY team_members_nested ON m.tenant_id = ?1
          AND m.member_type = 'Group'
          AND m.member_id = above.id)
      SELECT 1
      FROM above
      WHERE above.id = ?2)) THEN '$'
  ELSE 'condition not met'
  END) AS sound
FROM teams
WHERE teams.tenant_id = ?1
  AND teams.id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000007"
-- ?3 = "0000000000000011"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH r USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan: SCALAR SUBQUERY 5
-- plan:   CO-ROUTINE above
-- plan:     SETUP
-- plan:       SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:     RECURSIVE STEP
-- plan:       SCAN above
-- plan:       SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:   SCAN above

SELECT teams.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || '\n' || document AS record
FROM teams
WHERE teams.tenant_id = ?1
  AND teams.id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000007"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
