-- PATCH /Groups/019a0000-0000-7000-8000-000000000005
-- {"Operations":[{"op":"add","path":"members","value":[{"value":"019a0000-0000-7000-8000-000000000001"}]}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}

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

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'Group', teams.id, o.kind, o.id, ?4, rtrim(json_object('label', o.label, 'version', ?5, 'externalId', substr(teams.external_id, 1, 200), 'name', substr(teams.display_name, 1, 200)), '}') || ',"members":' || '{"added":' || o.added || ',"removed":' || o.removed || '}' || '}'
FROM (SELECT *, (SELECT json_group_array(json_object('id', id, 'type', type))
    FROM (SELECT ?6 AS team_id, j.value AS id, iif(EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = ?1 AND u.id = j.value), 'User', 'Group') AS type, 1 AS is_added, ?4 AS request
      FROM json_each(?7) j
      WHERE NOT EXISTS (SELECT 1
        FROM team_members m
        WHERE m.tenant_id = ?1
          AND m.team_id = ?6
          AND m.member_id = j.value))) AS added, '[]' AS removed
  FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?8 AS id, ?9 AS label) o
  LIMIT 1) o
CROSS JOIN teams ON teams.tenant_id = o.tenant_id
  AND teams.id = ?6
WHERE o.added <> '[]'
  OR o.removed <> '[]'
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = "group.members"
-- ?4 = "req_019b76daa80800000000000000000001"
-- ?5 = "000000000000000e"
-- ?6 = "019a0000-0000-7000-8000-000000000005"
-- ?7 = "[\"019a0000-0000-7000-8000-000000000001\"]"
-- ?8 = NULL
-- ?9 = "SCIM_TOKEN"
-- plan: CO-ROUTINE o
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan:   SCALAR SUBQUERY 5
-- plan:     SCAN j VIRTUAL TABLE INDEX 1:
-- plan:     CORRELATED SCALAR SUBQUERY 3
-- plan:       SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan:     CORRELATED SCALAR SUBQUERY 2
-- plan:       SEARCH u USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan: SCAN o
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

UPDATE teams
SET version = ?1, updated_at = max(updated_at, ?2)
WHERE teams.tenant_id = ?3
  AND teams.id = ?4
  AND changes() > 0
-- ?1 = "000000000000000e"
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = 1
-- ?4 = "019a0000-0000-7000-8000-000000000005"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)

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
-- ?3 = "019a0000-0000-7000-8000-000000000005"
-- ?4 = "000000000000000e"
-- plan: SEARCH r USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SEARCH u USING INDEX users_id (tenant_id=? AND id=?) LEFT-JOIN
-- plan: SEARCH t USING INDEX teams_id (tenant_id=? AND id=?) LEFT-JOIN

SELECT version, json_extract('{}', CASE WHEN version <> ?1
    OR ((changes() = ?2
        OR NOT EXISTS (SELECT 1
        FROM json_each(?3) j
        WHERE NOT EXISTS (SELECT 1
          FROM team_members m
          WHERE m.tenant_id = ?2
            AND m.team_id = ?4
            AND m.member_id = j.value)))
      AND NOT EXISTS (WITH RECURSIVE above(id) AS (SELECT m.team_id
        FROM team_members m INDEXED BY team_members_nested
        WHERE m.tenant_id = ?2
          AND m.member_type = 'Group'
          AND m.member_id = ?4
        UNION
        SELECT m.team_id
        FROM above
        CROSS JOIN team_members m INDEXED BY team_members_nested ON m.tenant_id = ?2
          AND m.member_type = 'Group'
          AND m.member_id = above.id)
      SELECT 1
      FROM above
      WHERE above.id = ?4)) THEN '$'
  ELSE 'condition not met'
  END) AS sound
FROM teams
WHERE teams.tenant_id = ?2
  AND teams.id = ?4
-- ?1 = "000000000000000e"
-- ?2 = 1
-- ?3 = "[\"019a0000-0000-7000-8000-000000000001\"]"
-- ?4 = "019a0000-0000-7000-8000-000000000005"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan: SCALAR SUBQUERY 5
-- plan:   CO-ROUTINE above
-- plan:     SETUP
-- plan:       SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:     RECURSIVE STEP
-- plan:       SCAN above
-- plan:       SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:   SCAN above
