-- PUT /Groups/019a0000-0000-7000-8000-000000000005
-- {"displayName":"Crew","members":[{"value":"019a0000-0000-7000-8000-000000000003"}],"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"]}

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
-- ?2 = "019a0000-0000-7000-8000-000000000005"
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
-- ?1 = "000000000000000d"
-- ?2 = "2026-01-01T00:00:00.007Z"
-- ?3 = "{\"displayName\":\"Crew\",\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"]}"
-- ?4 = "{\"displayName\":\"crew\",\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"]}"
-- ?5 = "crew"
-- ?6 = 1
-- ?7 = "019a0000-0000-7000-8000-000000000005"
-- ?8 = "0000000000000006"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'Group', ?4, o.kind, o.id, ?5, rtrim(json_object('label', o.label, 'version', ?6, 'externalId', substr(?7, 1, 200), 'name', substr(?8, 1, 200)), '}') || ',"changes":' || ?9 || '}'
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?7 AS id, ?10 AS label) o
WHERE changes() > 0
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.007Z"
-- ?3 = "group.updated"
-- ?4 = "019a0000-0000-7000-8000-000000000005"
-- ?5 = "req_019b76daa80700000000000000000001"
-- ?6 = "000000000000000d"
-- ?7 = NULL
-- ?8 = "Crew"
-- ?9 = "[{\"after\":\"Crew\",\"before\":\"Engineers\",\"path\":\"displayName\"}]"
-- ?10 = "SCIM_TOKEN"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
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
      SELECT ?7 AS team_id, j.value AS id, iif(EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = ?1 AND u.id = j.value), 'User', 'Group') AS type, 1 AS is_added, ?8 AS request
      FROM json_each(?9) j
      WHERE NOT EXISTS (SELECT 1
        FROM team_members m
        WHERE m.tenant_id = ?1
          AND m.team_id = ?7
          AND m.member_id = j.value)
      UNION ALL
      SELECT m.team_id, m.member_id AS id, m.member_type AS type, 0 AS is_added, ?8 AS request
      FROM team_members m
      WHERE m.tenant_id = ?1
        AND m.team_id = ?7
        AND m.member_id NOT IN (SELECT value FROM json_each(?9))))
  GROUP BY team_id, request, part) l
CROSS JOIN teams ON teams.tenant_id = o.tenant_id
  AND teams.id = l.team_id
  AND version = ?4
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.007Z"
-- ?3 = "group.members"
-- ?4 = "000000000000000d"
-- ?5 = NULL
-- ?6 = "SCIM_TOKEN"
-- ?7 = "019a0000-0000-7000-8000-000000000005"
-- ?8 = "req_019b76daa80700000000000000000001"
-- ?9 = "[\"019a0000-0000-7000-8000-000000000003\"]"
-- plan: CO-ROUTINE (subquery-12)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   MATERIALIZE l
-- plan:     CO-ROUTINE (subquery-9)
-- plan:       CO-ROUTINE (subquery-13)
-- plan:         CO-ROUTINE (subquery-8)
-- plan:           COMPOUND QUERY
-- plan:             LEFT-MOST SUBQUERY
-- plan:               SCAN CONSTANT ROW
-- plan:             UNION ALL
-- plan:               SCAN j VIRTUAL TABLE INDEX 1:
-- plan:               CORRELATED SCALAR SUBQUERY 5
-- plan:                 SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan:               CORRELATED SCALAR SUBQUERY 4
-- plan:                 SEARCH u USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan:             UNION ALL
-- plan:               SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan:               LIST SUBQUERY 7
-- plan:                 SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:                 CREATE BLOOM FILTER
-- plan:         SCAN (subquery-8)
-- plan:         USE TEMP B-TREE FOR ORDER BY
-- plan:       SCAN (subquery-13)
-- plan:     SCAN (subquery-9)
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN o
-- plan:   SCAN l
-- plan:   SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN (subquery-12)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

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
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- ?3 = "000000000000000d"
-- ?4 = "[\"019a0000-0000-7000-8000-000000000003\"]"
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
-- ?1 = "[\"019a0000-0000-7000-8000-000000000003\"]"
-- ?2 = 1
-- ?3 = "019a0000-0000-7000-8000-000000000005"
-- ?4 = "000000000000000d"
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
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- ?3 = "000000000000000d"
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
-- ?2 = "019a0000-0000-7000-8000-000000000005"
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
-- ?1 = "019a0000-0000-7000-8000-000000000005"
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
