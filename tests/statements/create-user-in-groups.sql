-- POST /Users
-- {"groups":[{"value":"019a0000-0000-7000-8000-000000000007"}],"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"eve"}

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

INSERT INTO users (tenant_id, created_at, updated_at, id, version, document, folded, user_name_folded, external_id, display_name_folded)
SELECT t.id, ?1, ?1, ?2, ?3, ?4, ?4, ?5, ?6, ?6
FROM (SELECT ?7 AS id) t
WHERE t.id IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING seq
-- ?1 = "2026-01-01T00:00:00.008Z"
-- ?2 = "019a0000-0000-7000-8000-00000000000e"
-- ?3 = "000000000000000f"
-- ?4 = "{\"active\":true,\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"eve\"}"
-- ?5 = "eve"
-- ?6 = NULL
-- ?7 = 1
-- plan: CO-ROUTINE t
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN t

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'User', users.id, o.kind, o.id, ?4, rtrim(json_object('label', o.label, 'version', users.version, 'externalId', substr(users.external_id, 1, 200), 'name', substr(?5, 1, 200)), '}') || ',"after":' || users.document || '}'
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?6 AS id, ?7 AS label) o
CROSS JOIN users
WHERE changes() > 0
  AND users.seq = last_insert_rowid()
  AND users.id = ?8
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = "user.created"
-- ?4 = "req_019b76daa80800000000000000000001"
-- ?5 = "eve"
-- ?6 = NULL
-- ?7 = "SCIM_TOKEN"
-- ?8 = "019a0000-0000-7000-8000-00000000000e"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SEARCH users USING INTEGER PRIMARY KEY (rowid=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + row_number() OVER (), ?2, ?3, 'Group', teams.id, o.kind, o.id, l.request, rtrim(json_object('label', o.label, 'version', ?4, 'externalId', substr(teams.external_id, 1, 200), 'name', substr(teams.display_name, 1, 200)), '}') || ',"members":' || '{"added":' || l.added || ',"removed":' || l.removed || '}' || '}'
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?5 AS id, ?6 AS label) o
CROSS JOIN (SELECT team_id, request, json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE is_added) AS added, json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE NOT is_added) AS removed
  FROM (SELECT *, (row_number() OVER (PARTITION BY team_id, request) - 1) / 250 AS part
    FROM (SELECT NULL AS team_id, NULL AS id, NULL AS type, NULL AS is_added, NULL AS request
      WHERE 0
      UNION ALL
      SELECT j.value, ?7, 'User', 1, ?8
      FROM json_each(?9) j
      WHERE EXISTS (SELECT 1
        FROM users
        WHERE users.tenant_id = ?1
          AND users.id = ?7
          AND version = ?10)
        AND NOT EXISTS (SELECT 1
        FROM team_members m
        WHERE m.tenant_id = ?1
          AND m.team_id = j.value
          AND m.member_id = ?7)
      UNION ALL
      SELECT m.team_id, ?7, 'User', 0, ?8
      FROM team_members m INDEXED BY team_members_member
      WHERE m.tenant_id = ?1
        AND m.member_id = ?7
        AND m.team_id NOT IN (SELECT value FROM json_each(?9))
        AND EXISTS (SELECT 1
        FROM users
        WHERE users.tenant_id = ?1
          AND users.id = ?7
          AND version = ?10)))
  GROUP BY team_id, request, part) l
CROSS JOIN teams ON teams.tenant_id = o.tenant_id
  AND teams.id = l.team_id
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = "group.members"
-- ?4 = "0000000000000010"
-- ?5 = NULL
-- ?6 = "SCIM_TOKEN"
-- ?7 = "019a0000-0000-7000-8000-00000000000e"
-- ?8 = "req_019b76daa80800000000000000000001"
-- ?9 = "[\"019a0000-0000-7000-8000-000000000007\"]"
-- ?10 = "000000000000000f"
-- plan: CO-ROUTINE (subquery-13)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   MATERIALIZE l
-- plan:     CO-ROUTINE (subquery-10)
-- plan:       CO-ROUTINE (subquery-14)
-- plan:         CO-ROUTINE (subquery-9)
-- plan:           COMPOUND QUERY
-- plan:             LEFT-MOST SUBQUERY
-- plan:               SCAN CONSTANT ROW
-- plan:             UNION ALL
-- plan:               SCAN j VIRTUAL TABLE INDEX 1:
-- plan:               SCALAR SUBQUERY 4
-- plan:                 SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan:               CORRELATED SCALAR SUBQUERY 5
-- plan:                 SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan:             UNION ALL
-- plan:               SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:               LIST SUBQUERY 7
-- plan:                 SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:                 CREATE BLOOM FILTER
-- plan:               SCALAR SUBQUERY 8
-- plan:                 SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan:         SCAN (subquery-9)
-- plan:         USE TEMP B-TREE FOR ORDER BY
-- plan:       SCAN (subquery-14)
-- plan:     SCAN (subquery-10)
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN o
-- plan:   SCAN l
-- plan:   SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN (subquery-13)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

UPDATE teams AS r
SET version = ?1, updated_at = max(updated_at, ?2)
WHERE r.tenant_id = ?3
  AND (r.id IN (SELECT value FROM json_each(?4)) <> EXISTS (SELECT 1
    FROM team_members m
    WHERE m.tenant_id = r.tenant_id
      AND m.team_id = r.id
      AND m.member_id = ?5))
  AND (r.id IN (SELECT value FROM json_each(?4))
    OR r.id IN (SELECT team_id FROM team_members WHERE tenant_id = ?3 AND member_id = ?5))
  AND EXISTS (SELECT 1
  FROM users
  WHERE users.tenant_id = ?3
    AND users.id = ?5
    AND version = ?6)
-- ?1 = "0000000000000010"
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = 1
-- ?4 = "[\"019a0000-0000-7000-8000-000000000007\"]"
-- ?5 = "019a0000-0000-7000-8000-00000000000e"
-- ?6 = "000000000000000f"
-- plan: MULTI-INDEX OR
-- plan:   INDEX 1
-- plan:     LIST SUBQUERY 3
-- plan:       SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:       CREATE BLOOM FILTER
-- plan:     SEARCH r USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   INDEX 2
-- plan:     LIST SUBQUERY 4
-- plan:       SEARCH team_members USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:       CREATE BLOOM FILTER
-- plan:     SEARCH r USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 5
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)

DELETE
FROM team_members
WHERE tenant_id = ?1
  AND member_id = ?2
  AND team_id NOT IN (SELECT value FROM json_each(?3))
  AND EXISTS (SELECT 1
  FROM users
  WHERE users.tenant_id = ?1
    AND users.id = ?2
    AND version = ?4)
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-00000000000e"
-- ?3 = "[\"019a0000-0000-7000-8000-000000000007\"]"
-- ?4 = "000000000000000f"
-- plan: SEARCH team_members USING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)

INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display)
SELECT t.tenant_id, t.id, u.id, 'User', substr(coalesce(u.display_name, u.user_name), 1, 200)
FROM json_each(?1) j
CROSS JOIN teams t ON t.tenant_id = ?2
  AND t.id = j.value
CROSS JOIN users u ON u.tenant_id = t.tenant_id
  AND u.id = ?3
WHERE EXISTS (SELECT 1
  FROM users
  WHERE users.tenant_id = ?2
    AND users.id = ?3
    AND version = ?4)
ON CONFLICT DO NOTHING
-- ?1 = "[\"019a0000-0000-7000-8000-000000000007\"]"
-- ?2 = 1
-- ?3 = "019a0000-0000-7000-8000-00000000000e"
-- ?4 = "000000000000000f"
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: SEARCH t USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SEARCH u USING INDEX users_id (tenant_id=? AND id=?)

SELECT json_extract('{}', CASE WHEN NOT EXISTS (SELECT 1
    FROM users
    WHERE users.tenant_id = ?1
      AND users.id = ?2
      AND version = ?3)
    OR NOT EXISTS (SELECT 1
    FROM json_each(?4) j
    WHERE NOT EXISTS (SELECT 1 FROM teams x WHERE x.tenant_id = ?1 AND x.id = j.value)) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-00000000000e"
-- ?3 = "000000000000000f"
-- ?4 = "[\"019a0000-0000-7000-8000-000000000007\"]"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 3
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 2
-- plan:     SEARCH x USING COVERING INDEX teams_id (tenant_id=? AND id=?)

SELECT users.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || coalesce(CASE WHEN EXISTS (SELECT 1
    FROM team_members INDEXED BY team_members_nested
    WHERE tenant_id = ?1
      AND member_type = 'Group') THEN (WITH RECURSIVE up(team_id, kind) AS (SELECT m.team_id, 'direct'
      FROM team_members m INDEXED BY team_members_member
      WHERE m.tenant_id = users.tenant_id
        AND m.member_id = users.id
      UNION
      SELECT m.team_id, 'indirect'
      FROM up
      CROSS JOIN team_members m INDEXED BY team_members_nested ON m.tenant_id = users.tenant_id
        AND m.member_id = up.team_id
        AND m.member_type = 'Group')
    SELECT group_concat(substr(g.kind, 1, 1) || g.team_id || json_quote(substr(t.display_name, 1, 200)), '\t') AS groups
    FROM (SELECT team_id, min(kind) AS kind FROM up GROUP BY team_id) g
    CROSS JOIN teams t ON t.tenant_id = users.tenant_id
      AND t.id = g.team_id)
  ELSE (
    SELECT group_concat('d' || g.team_id || json_quote(substr(t.display_name, 1, 200)), '\t')
    FROM team_members g INDEXED BY team_members_member
    CROSS JOIN teams t ON t.tenant_id = users.tenant_id
      AND t.id = g.team_id
    WHERE g.tenant_id = users.tenant_id
      AND g.member_id = users.id)
  END, '') || '\n' || document AS record
FROM users
WHERE users.tenant_id = ?1
  AND users.id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-00000000000e"
-- plan: SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH team_members USING COVERING INDEX team_members_nested (tenant_id=?)
-- plan: CORRELATED SCALAR SUBQUERY 5
-- plan:   CO-ROUTINE g
-- plan:     CO-ROUTINE up
-- plan:       SETUP
-- plan:         SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:       RECURSIVE STEP
-- plan:         SCAN up
-- plan:         SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:     SCAN up
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN g
-- plan:   SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 6
-- plan:   SEARCH g USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:   SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
