-- POST /Groups
-- {"displayName":"New","members":[{"value":"019a0000-0000-7000-8000-000000000001"}],"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"]}

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

INSERT INTO teams (tenant_id, created_at, updated_at, name_is_unique, id, version, document, folded, display_name_folded, external_id)
SELECT t.id, ?1, ?1, 1, ?2, ?3, ?4, ?5, ?6, ?7
FROM (SELECT ?8 AS id) t
WHERE t.id IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING seq
-- ?1 = "2026-01-01T00:00:00.006Z"
-- ?2 = "019a0000-0000-7000-8000-00000000000b"
-- ?3 = "000000000000000c"
-- ?4 = "{\"displayName\":\"New\",\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"]}"
-- ?5 = "{\"displayName\":\"new\",\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"]}"
-- ?6 = "new"
-- ?7 = NULL
-- ?8 = 1
-- plan: CO-ROUTINE t
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN t

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'Group', teams.id, o.kind, o.id, ?4, rtrim(json_object('label', o.label, 'version', teams.version, 'externalId', substr(teams.external_id, 1, 200), 'name', substr(?5, 1, 200)), '}') || ',"after":' || teams.document || '}'
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?6 AS id, ?7 AS label) o
CROSS JOIN teams
WHERE changes() > 0
  AND teams.seq = last_insert_rowid()
  AND teams.id = ?8
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.006Z"
-- ?3 = "group.created"
-- ?4 = "req_019b76daa80600000000000000000001"
-- ?5 = "New"
-- ?6 = NULL
-- ?7 = "SCIM_TOKEN"
-- ?8 = "019a0000-0000-7000-8000-00000000000b"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

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
-- ?3 = "019a0000-0000-7000-8000-00000000000b"
-- ?4 = "000000000000000c"
-- plan: SEARCH r USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SEARCH u USING INDEX users_id (tenant_id=? AND id=?) LEFT-JOIN
-- plan: SEARCH t USING INDEX teams_id (tenant_id=? AND id=?) LEFT-JOIN

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'Group', teams.id, o.kind, o.id, ?4, rtrim(json_object('label', o.label, 'version', teams.version, 'externalId', substr(teams.external_id, 1, 200), 'name', substr(teams.display_name, 1, 200)), '}') || ',"members":' || '{"added":' || o.added || ',"removed":' || o.removed || '}' || '}'
FROM (SELECT *, (SELECT json_group_array(json_object('id', id, 'type', type))
    FROM (SELECT m.member_id AS id, m.member_type AS type
      FROM team_members m
      WHERE m.tenant_id = ?1
        AND m.team_id = ?5)) AS added, '[]' AS removed
  FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?6 AS id, ?7 AS label) o
  LIMIT 1) o
CROSS JOIN teams ON teams.tenant_id = o.tenant_id
  AND teams.id = ?5
WHERE o.added <> '[]'
  OR o.removed <> '[]'
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.006Z"
-- ?3 = "group.members"
-- ?4 = "req_019b76daa80600000000000000000001"
-- ?5 = "019a0000-0000-7000-8000-00000000000b"
-- ?6 = NULL
-- ?7 = "SCIM_TOKEN"
-- plan: CO-ROUTINE o
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan:   SCALAR SUBQUERY 3
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan: SCAN o
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

SELECT json_extract('{}', CASE WHEN (SELECT r.id
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
  END)
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-00000000000b"
-- ?3 = "000000000000000c"
-- plan: SCAN CONSTANT ROW
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
-- ?2 = "019a0000-0000-7000-8000-00000000000b"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)

WITH RECURSIVE page(id) AS (SELECT ?1), cut(id, after, chunks) AS (SELECT id, '', 0 AS chunks
  FROM page
  UNION ALL
  SELECT cut.id, n.member_id, chunks + 1
  FROM cut
  CROSS JOIN team_members n ON n.tenant_id = ?2
    AND n.team_id = cut.id
    AND n.member_id = (SELECT m.member_id
    FROM team_members m
    WHERE m.tenant_id = ?2
      AND m.team_id = cut.id
      AND m.member_id > cut.after
    ORDER BY m.member_id
    LIMIT 1 OFFSET 999)
  ORDER BY chunks DESC
  LIMIT 51)
SELECT id, iif(coalesce(sum(octet_length(chunk)) OVER (ROWS UNBOUNDED PRECEDING), 0) <= 3000000, coalesce(chunk, ''), NULL) AS members
FROM (SELECT *
  FROM (SELECT id, (SELECT group_concat(substr(m.member_type, 1, 1) || m.member_id || json_quote(m.display), '\n')
      FROM (SELECT member_id, member_type, display
        FROM team_members
        WHERE tenant_id = ?2
          AND team_id = cut.id
          AND member_id > cut.after
        ORDER BY member_id
        LIMIT 1000) m) AS chunk
    FROM cut
    LIMIT -1)
  LIMIT -1)
-- ?1 = "019a0000-0000-7000-8000-00000000000b"
-- ?2 = 1
-- plan: CO-ROUTINE (subquery-10)
-- plan:   CO-ROUTINE (subquery-7)
-- plan:     CO-ROUTINE cut
-- plan:       SETUP
-- plan:         CO-ROUTINE page
-- plan:           SCAN CONSTANT ROW
-- plan:         SCAN page
-- plan:       RECURSIVE STEP
-- plan:         SCAN cut
-- plan:         SEARCH n USING COVERING INDEX team_members_member (tenant_id=? AND member_id=? AND team_id=?)
-- plan:         CORRELATED SCALAR SUBQUERY 3
-- plan:           SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id>?)
-- plan:     SCAN cut
-- plan:     CORRELATED SCALAR SUBQUERY 6
-- plan:       CO-ROUTINE m
-- plan:         SEARCH team_members USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id>?)
-- plan:       SCAN m
-- plan:   SCAN (subquery-7)
-- plan: SCAN (subquery-10)
