-- PATCH /Groups/019a0000-0000-7000-8000-000000000005
-- {"Operations":[{"op":"remove","path":"members[display eq \"bob\"]"}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}

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

SELECT json_extract('{}', CASE WHEN NOT EXISTS (SELECT 1
    FROM team_members m
    WHERE m.tenant_id = ?1
      AND m.team_id = ?2
    LIMIT 1 OFFSET 309523) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)

SELECT json_group_array(c.value || ' ' || c.marks0) AS ids
FROM (SELECT *, row_number() OVER (ORDER BY value) AS n
  FROM (SELECT e.value AS value, ((e.display = ?1) IS TRUE) * 1 AS marks0
    FROM (SELECT m.member_id AS value, lower(m.member_type) AS kind, CASE m.member_type WHEN 'Group' THEN (SELECT iif(length(t.display_name) > 200, coalesce(t.folded ->> '$."first 200"', substr(t.display_name_folded, 1, 200)), t.display_name_folded)
        FROM teams t
        WHERE t.tenant_id = m.tenant_id
          AND t.id = m.member_id)
      ELSE (SELECT iif(length(coalesce(u.display_name, u.user_name)) > 200, coalesce(u.folded ->> '$."first 200"', substr(coalesce(u.display_name_folded, u.user_name_folded), 1, 200)), coalesce(u.display_name_folded, u.user_name_folded))
        FROM users u
        WHERE u.tenant_id = m.tenant_id
          AND u.id = m.member_id)
      END AS display, ?2 || '/' || m.member_type || 's/' || m.member_id AS address
      FROM team_members m
      WHERE m.tenant_id = ?3
        AND m.team_id = ?4
      LIMIT -1) e
    LIMIT -1)
  WHERE marks0) c
GROUP BY c.n / 10000
-- ?1 = "bob"
-- ?2 = "https://scim.example.com/scim/v2"
-- ?3 = 1
-- ?4 = "019a0000-0000-7000-8000-000000000005"
-- plan: CO-ROUTINE c
-- plan:   CO-ROUTINE (subquery-7)
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       CO-ROUTINE e
-- plan:         SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan:         CORRELATED SCALAR SUBQUERY 1
-- plan:           SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:         CORRELATED SCALAR SUBQUERY 2
-- plan:           SEARCH u USING INDEX users_id (tenant_id=? AND id=?)
-- plan:       SCAN e
-- plan:     SCAN (subquery-4)
-- plan:     USE TEMP B-TREE FOR ORDER BY
-- plan:   SCAN (subquery-7)
-- plan: SCAN c
-- plan: USE TEMP B-TREE FOR GROUP BY

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

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'Group', teams.id, o.kind, o.id, ?4, rtrim(json_object('label', o.label, 'version', ?5, 'externalId', substr(teams.external_id, 1, 200), 'name', substr(teams.display_name, 1, 200)), '}') || ',"members":' || '{"added":' || o.added || ',"removed":' || o.removed || '}' || '}'
FROM (SELECT *, '[]' AS added, (SELECT json_group_array(json_object('id', id, 'type', type))
    FROM (SELECT m.team_id, m.member_id AS id, m.member_type AS type, 0 AS is_added, ?4 AS request
      FROM json_each(?6) j
      CROSS JOIN team_members m ON m.tenant_id = ?1
        AND m.team_id = ?7
        AND m.member_id = j.value)) AS removed
  FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?8 AS id, ?9 AS label) o
  LIMIT 1) o
CROSS JOIN teams ON teams.tenant_id = o.tenant_id
  AND teams.id = ?7
WHERE o.added <> '[]'
  OR o.removed <> '[]'
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.010Z"
-- ?3 = "group.members"
-- ?4 = "req_019b76daa80a00000000000000000001"
-- ?5 = "0000000000000010"
-- ?6 = "[\"019a0000-0000-7000-8000-000000000003\"]"
-- ?7 = "019a0000-0000-7000-8000-000000000005"
-- ?8 = NULL
-- ?9 = "SCIM_TOKEN"
-- plan: CO-ROUTINE o
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan:   SCALAR SUBQUERY 3
-- plan:     SCAN j VIRTUAL TABLE INDEX 1:
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan: SCAN o
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

UPDATE teams
SET version = ?1, updated_at = max(updated_at, ?2)
WHERE teams.tenant_id = ?3
  AND teams.id = ?4
  AND changes() > 0
-- ?1 = "0000000000000010"
-- ?2 = "2026-01-01T00:00:00.010Z"
-- ?3 = 1
-- ?4 = "019a0000-0000-7000-8000-000000000005"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)

DELETE
FROM team_members AS m
WHERE m.tenant_id = ?1
  AND m.team_id = (SELECT r.id
  FROM teams r
  WHERE r.tenant_id = ?1
    AND r.id = ?2
    AND r.version = ?3)
  AND m.member_id = ?4
RETURNING member_id
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- ?3 = "0000000000000010"
-- ?4 = "019a0000-0000-7000-8000-000000000003"
-- plan: SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH r USING INDEX teams_id (tenant_id=? AND id=?)

SELECT version
FROM teams
WHERE teams.tenant_id = ?1
  AND teams.id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
