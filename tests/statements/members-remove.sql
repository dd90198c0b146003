-- PATCH /Groups/019a0000-0000-7000-8000-000000000005
-- {"Operations":[{"op":"remove","path":"members[value eq \"019a0000-0000-7000-8000-000000000001\"]"}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}

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

UPDATE teams
SET version = ?1, updated_at = max(updated_at, ?2)
WHERE teams.tenant_id = ?3
  AND teams.id = ?4
  AND (0
    OR EXISTS (SELECT 1
    FROM json_each(?5) j
    WHERE EXISTS (SELECT 1
      FROM team_members m
      WHERE m.tenant_id = ?3
        AND m.team_id = ?4
        AND m.member_id = j.value)))
-- ?1 = "000000000000000f"
-- ?2 = "2026-01-01T00:00:00.009Z"
-- ?3 = 1
-- ?4 = "019a0000-0000-7000-8000-000000000005"
-- ?5 = "[\"019a0000-0000-7000-8000-000000000001\"]"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)

DELETE
FROM team_members AS m
WHERE m.tenant_id = ?1
  AND m.team_id = (SELECT r.id
  FROM teams r
  WHERE r.tenant_id = ?1
    AND r.id = ?2
    AND r.version = ?3)
  AND m.member_id IN (SELECT value FROM json_each(?4))
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- ?3 = "000000000000000f"
-- ?4 = "[\"019a0000-0000-7000-8000-000000000001\"]"
-- plan: SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH r USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 2
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER

SELECT version
FROM teams
WHERE teams.tenant_id = ?1
  AND teams.id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
