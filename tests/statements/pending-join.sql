-- POST /Users
-- {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"cid"}

SELECT ?1 AS tenant_id, NULL AS subject, '' AS cursor_key, NULL AS last_used_at, json_extract('{}', coalesce((SELECT CASE state WHEN 'suspended' THEN 'tenant suspended'
      ELSE 'unknown token'
      END
      FROM tenants INDEXED BY tenants_closed
      WHERE id = ?1
        AND state <> 'active'), (SELECT 'settings are others'
      FROM tenants INDEXED BY tenants_settings
      WHERE id = ?1
        AND settings_version > ?1), '$')) AS is_open
-- ?1 = 1
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
-- ?1 = "2026-01-01T00:00:00.009Z"
-- ?2 = "019a0000-0000-7000-8000-00000000000c"
-- ?3 = "000000000000000d"
-- ?4 = "{\"active\":true,\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"cid\"}"
-- ?5 = "cid"
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
-- ?2 = "2026-01-01T00:00:00.009Z"
-- ?3 = "user.created"
-- ?4 = "req_019b76daa80900000000000000000001"
-- ?5 = "cid"
-- ?6 = NULL
-- ?7 = "SCIM_TOKEN"
-- ?8 = "019a0000-0000-7000-8000-00000000000c"
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
      SELECT DISTINCT p.team_id, p.member_id, 'User', 1, p.request
      FROM (SELECT p.team_id, p.member_id, j.value ->> 0 AS request, min(j.key)
        FROM json_each(?7) j
        CROSS JOIN pending_ready p ON p.tenant_id = ?1
          AND p.member_id = j.value ->> 1
        GROUP BY p.value, p.team_id) p
      WHERE NOT EXISTS (SELECT 1
        FROM team_members m
        WHERE m.tenant_id = ?1
          AND m.team_id = p.team_id
          AND m.member_id = p.member_id)))
  GROUP BY team_id, request, part) l
CROSS JOIN teams ON teams.tenant_id = o.tenant_id
  AND teams.id = l.team_id
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.009Z"
-- ?3 = "group.members"
-- ?4 = "000000000000000e"
-- ?5 = NULL
-- ?6 = "SCIM_TOKEN"
-- ?7 = "[[\"req_019b76daa80900000000000000000001\",\"019a0000-0000-7000-8000-00000000000c\"]]"
-- plan: CO-ROUTINE (subquery-11)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   MATERIALIZE l
-- plan:     CO-ROUTINE (subquery-7)
-- plan:       CO-ROUTINE (subquery-12)
-- plan:         CO-ROUTINE (subquery-6)
-- plan:           COMPOUND QUERY
-- plan:             LEFT-MOST SUBQUERY
-- plan:               SCAN CONSTANT ROW
-- plan:             UNION ALL
-- plan:               CO-ROUTINE p
-- plan:                 SCAN j VIRTUAL TABLE INDEX 1:
-- plan:                 SEARCH u USING INDEX users_id (tenant_id=? AND id=?)
-- plan:                 MULTI-INDEX OR
-- plan:                   INDEX 1
-- plan:                     SEARCH p USING PRIMARY KEY (tenant_id=? AND value=?)
-- plan:                   INDEX 2
-- plan:                     SEARCH p USING PRIMARY KEY (tenant_id=? AND value=?)
-- plan:                   INDEX 3
-- plan:                     SEARCH p USING INDEX pending_members_folded (tenant_id=? AND folded=?)
-- plan:                 USE TEMP B-TREE FOR GROUP BY
-- plan:               SCAN p
-- plan:               CORRELATED SCALAR SUBQUERY 5
-- plan:                 SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan:               USE TEMP B-TREE FOR DISTINCT
-- plan:         SCAN (subquery-6)
-- plan:         USE TEMP B-TREE FOR ORDER BY
-- plan:       SCAN (subquery-12)
-- plan:     SCAN (subquery-7)
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN o
-- plan:   SCAN l
-- plan:   SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN (subquery-11)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

UPDATE pending_members
SET joined = ?1 || ?2 || r.member_id
FROM (SELECT p.value, p.team_id, p.member_id, min(j.key)
  FROM json_each(?3) j
  CROSS JOIN pending_ready p ON p.tenant_id = ?4
    AND p.member_id = j.value
  GROUP BY p.value, p.team_id) r
WHERE pending_members.tenant_id = ?4
  AND pending_members.value = r.value
  AND pending_members.team_id = r.team_id
-- ?1 = "2026-01-01T00:00:00.009Z"
-- ?2 = "000000000000000e"
-- ?3 = "[\"019a0000-0000-7000-8000-00000000000c\"]"
-- ?4 = 1
-- plan: MATERIALIZE r
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   SEARCH u USING INDEX users_id (tenant_id=? AND id=?)
-- plan:   MULTI-INDEX OR
-- plan:     INDEX 1
-- plan:       SEARCH p USING PRIMARY KEY (tenant_id=? AND value=?)
-- plan:     INDEX 2
-- plan:       SEARCH p USING PRIMARY KEY (tenant_id=? AND value=?)
-- plan:     INDEX 3
-- plan:       SEARCH p USING INDEX pending_members_folded (tenant_id=? AND folded=?)
-- plan:   USE TEMP B-TREE FOR GROUP BY
-- plan: SCAN r
-- plan: SEARCH pending_members USING COVERING INDEX pending_members_team (tenant_id=? AND team_id=? AND value=?)
