-- POST /tenants/1/undo
-- {"from_seq":9}

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT (SELECT min(seq) FROM events WHERE tenant_id = ?1) AS oldest, (SELECT max(seq) FROM events WHERE tenant_id = ?1 AND seq <= 9000000000000000) AS newest
-- ?1 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

SELECT seq, type, resource_type, resource_id, body, found, (SELECT (SELECT json_object('before', json(d.document), 'groups', json_group_array(team) FILTER (WHERE member = d.id), 'kept', json_group_array(member) FILTER (WHERE team = d.id), 'is_more', count(*) > 15000)
    FROM (SELECT k.value ->> 0 AS team, k.value ->> 1 AS member
      FROM deleted_links l
      CROSS JOIN json_each(l.links) k
      WHERE l.tenant_id = d.tenant_id
        AND l.resource_id = d.id
        AND l.part >= 0
      LIMIT 15000 + 1))
  FROM deleted_resources d
  WHERE d.tenant_id = ?1
    AND d.id = resource_id
    AND d.deleted_at = at
    AND d.purge_at > ?2
    AND substr(type, -8) = '.deleted') AS kept
FROM (SELECT *, count(*) OVER () AS found, sum(bytes) OVER (ROWS UNBOUNDED PRECEDING) - bytes AS before
  FROM (SELECT seq, at, type, resource_type, resource_id, body, coalesce(octet_length(body), 0) + coalesce((SELECT octet_length(d.document) + coalesce((SELECT sum(octet_length(l.links))
            FROM deleted_links l
            WHERE l.tenant_id = d.tenant_id
              AND l.resource_id = d.id), 0)
        FROM deleted_resources d
        WHERE d.tenant_id = ?1
          AND d.id = resource_id
          AND d.deleted_at = at
          AND d.purge_at > ?2
          AND substr(type, -8) = '.deleted'), 0) AS bytes
    FROM events
    WHERE tenant_id = ?1
      AND seq >= ?3
      AND seq < ?4
      AND resource_id IS NOT NULL
      AND type <> 'resource.erased'
    ORDER BY seq DESC
    LIMIT 501))
WHERE before < 1000000
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = 9
-- ?4 = 11
-- plan: CO-ROUTINE (subquery-7)
-- plan:   CO-ROUTINE (subquery-9)
-- plan:     CO-ROUTINE (subquery-10)
-- plan:       SEARCH events USING INDEX events_seq (tenant_id=? AND seq>? AND seq<?)
-- plan:       CORRELATED SCALAR SUBQUERY 5
-- plan:         SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan:         CORRELATED SCALAR SUBQUERY 4
-- plan:           SEARCH l USING PRIMARY KEY (tenant_id=? AND resource_id=?)
-- plan:       CORRELATED SCALAR SUBQUERY 5
-- plan:         SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan:         CORRELATED SCALAR SUBQUERY 4
-- plan:           SEARCH l USING PRIMARY KEY (tenant_id=? AND resource_id=?)
-- plan:     SCAN (subquery-10)
-- plan:   SCAN (subquery-9)
-- plan: SCAN (subquery-7)
-- plan: CORRELATED SCALAR SUBQUERY 3
-- plan:   SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 2
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH l USING PRIMARY KEY (tenant_id=? AND resource_id=? AND part>?)
-- plan:       SCAN k VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-1)

SELECT id, iif(bytes <= 1000000, document, NULL) AS document, version
FROM (SELECT r.id AS id, r.document AS document, r.version AS version, sum(octet_length(r.document)) OVER (ORDER BY j.key) AS bytes
  FROM json_each(?1) j
  CROSS JOIN users r
  WHERE r.tenant_id = ?2
    AND r.id = j.value)
-- ?1 = "[\"019a0000-0000-7000-8000-000000000003\"]"
-- ?2 = 1
-- plan: CO-ROUTINE (subquery-1)
-- plan:   CO-ROUTINE (subquery-3)
-- plan:     SCAN j VIRTUAL TABLE INDEX 1:
-- plan:     SEARCH r USING INDEX users_id (tenant_id=? AND id=?)
-- plan:     USE TEMP B-TREE FOR ORDER BY
-- plan:   SCAN (subquery-3)
-- plan: SCAN (subquery-1)

SELECT id, iif(bytes <= 1000000, document, NULL) AS document, version
FROM (SELECT r.id AS id, r.document AS document, r.version AS version, sum(octet_length(r.document)) OVER (ORDER BY j.key) AS bytes
  FROM json_each(?1) j
  CROSS JOIN teams r
  WHERE r.tenant_id = ?2
    AND r.id = j.value)
-- ?1 = "[\"019a0000-0000-7000-8000-000000000005\"]"
-- ?2 = 1
-- plan: CO-ROUTINE (subquery-1)
-- plan:   CO-ROUTINE (subquery-3)
-- plan:     SCAN j VIRTUAL TABLE INDEX 1:
-- plan:     SEARCH r USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:     USE TEMP B-TREE FOR ORDER BY
-- plan:   SCAN (subquery-3)
-- plan: SCAN (subquery-1)

SELECT json_group_array(j.key) AS held
FROM json_each(?1) j
CROSS JOIN team_members m ON m.tenant_id = ?2
  AND m.team_id = j.value ->> 0
  AND m.member_id = j.value ->> 1
-- ?1 = "[[\"019a0000-0000-7000-8000-000000000005\",\"019a0000-0000-7000-8000-000000000003\"]]"
-- ?2 = 1
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=? AND team_id=?)

WITH RECURSIVE above(team, id) AS (SELECT NULL, value
  FROM json_each(?1)
  UNION
  SELECT above.id, m.team_id
  FROM above
  CROSS JOIN team_members m INDEXED BY team_members_nested ON m.tenant_id = ?2
    AND m.member_type = 'Group'
    AND m.member_id = above.id)
SELECT json_group_array(json_array(id, team)) AS nested
FROM above
WHERE team IS NOT NULL
-- ?1 = "[\"019a0000-0000-7000-8000-000000000005\"]"
-- ?2 = 1
-- plan: CO-ROUTINE above
-- plan:   SETUP
-- plan:     SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:   RECURSIVE STEP
-- plan:     SCAN above
-- plan:     SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan: SCAN above

SELECT json_group_array(json_array(j.key, x.id)) AS holders
FROM json_each(?1) j
CROSS JOIN users x ON x.tenant_id = ?2
  AND x.user_name_folded = j.value
-- ?1 = "[\"bob\"]"
-- ?2 = 1
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SEARCH x USING INDEX users_user_name (tenant_id=? AND user_name_folded=?)

SELECT json_extract('{}', CASE WHEN EXISTS (SELECT 1 FROM tenants WHERE id = ?1 AND state IN ('active', 'suspended')) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH tenants USING INTEGER PRIMARY KEY (rowid=?)

SELECT json_extract('{}', CASE WHEN NOT EXISTS (SELECT 1
    FROM json_each(?1) j
    WHERE NOT EXISTS (SELECT 1
      FROM teams x
      WHERE x.tenant_id = ?2
        AND x.id = j.value ->> 0
        AND x.version = j.value ->> 1)) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "[[\"019a0000-0000-7000-8000-000000000005\",\"000000000000000c\"]]"
-- ?2 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH x USING INDEX teams_id (tenant_id=? AND id=?)

INSERT INTO users (tenant_id, created_at, updated_at, id, version, document, folded, user_name_folded, external_id, display_name_folded)
SELECT t.id, ?1, ?1, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6
FROM (SELECT ?2 AS id) t
CROSS JOIN json_each(?3) j
WHERE t.id IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING id
-- ?1 = "2026-01-01T00:00:00.008Z"
-- ?2 = 1
-- ?3 = "[[\"019a0000-0000-7000-8000-000000000003\",\"000000000000000d\",\"{\\\"active\\\":true,\\\"schemas\\\":[\\\"urn:ietf:params:scim:schemas:core:2.0:User\\\"],\\\"userName\\\":\\\"bob\\\"}\",\"{\\\"active\\\":true,\\\"schemas\\\":[\\\"urn:ietf:params:scim:schemas:core:2.0:User\\\"],\\\"userName\\\":\\ … (33 bytes more)
-- plan: CO-ROUTINE t
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN t
-- plan: SCAN j VIRTUAL TABLE INDEX 1:

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + iif(users.seq - (SELECT users.seq
    FROM (SELECT 1)
    CROSS JOIN json_each(?2) j
    CROSS JOIN users ON users.tenant_id = ?1
      AND users.id = j.value ->> 1
      AND users.version = j.value ->> 2
    LIMIT 1) BETWEEN 0
    AND j.key, users.seq - (SELECT users.seq
    FROM (SELECT 1)
    CROSS JOIN json_each(?2) j
    CROSS JOIN users ON users.tenant_id = ?1
      AND users.id = j.value ->> 1
      AND users.version = j.value ->> 2
    LIMIT 1), j.key) + 1, ?3, iif(EXISTS (SELECT 1
    FROM deleted_resources d
    WHERE d.tenant_id = users.tenant_id
      AND d.id = users.id
      AND d.purge_at > ?3), ?4, ?5), 'User', users.id, o.kind, o.id, j.value ->> 0, json_object('label', o.label, 'version', users.version, 'externalId', substr(users.external_id, 1, 200), 'name', substr(users.document ->> '$.userName', 1, 200), 'after', iif(octet_length(users.document) <= 12000, json(users.document), (SELECT json_group_object(key, json(iif(path = '', object -> ('$."' || key || '"'), object)))
      FROM (SELECT key, path, json_group_object(name, iif(fits, json(value), NULL)) AS object
        FROM (SELECT a.key AS key, a.path AS path, x.key AS name, a.object -> x.fullkey AS value, octet_length(x.value) <= 12000 / count(*) OVER () AS fits
          FROM (SELECT key, iif(inside, key || ':', '') AS path, iif(inside, value, json_object(key, json(document -> fullkey))) AS object
            FROM (SELECT key, value, fullkey, users.document AS document, d.type = 'object'
                AND d.key LIKE 'urn:%' AS inside
              FROM json_each(users.document) d)) a
          CROSS JOIN json_each(a.object) x)
        GROUP BY key))), 'cut', iif(octet_length(users.document) <= 12000, NULL, (SELECT json_group_array(path || name) FILTER (WHERE NOT fits)
      FROM (SELECT a.key AS key, a.path AS path, x.key AS name, a.object -> x.fullkey AS value, octet_length(x.value) <= 12000 / count(*) OVER () AS fits
        FROM (SELECT key, iif(inside, key || ':', '') AS path, iif(inside, value, json_object(key, json(document -> fullkey))) AS object
          FROM (SELECT key, value, fullkey, users.document AS document, d.type = 'object'
              AND d.key LIKE 'urn:%' AS inside
            FROM json_each(users.document) d)) a
        CROSS JOIN json_each(a.object) x))))
FROM (SELECT ?1 AS tenant_id, 'operator' AS kind, ?6 AS id, ?7 AS label) o
CROSS JOIN json_each(?2) j
CROSS JOIN users ON users.tenant_id = ?1
  AND users.id = j.value ->> 1
  AND users.version = j.value ->> 2
-- ?1 = 1
-- ?2 = "[[\"req_019b76daa80800000000000000000001\",\"019a0000-0000-7000-8000-000000000003\",\"000000000000000d\"]]"
-- ?3 = "2026-01-01T00:00:00.008Z"
-- ?4 = "user.restored"
-- ?5 = "user.created"
-- ?6 = NULL
-- ?7 = "ADMIN_TOKEN"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan: SCALAR SUBQUERY 3
-- plan:   CO-ROUTINE (subquery-2)
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN (subquery-2)
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 5
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN (subquery-4)
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 6
-- plan:   SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 11
-- plan:   CO-ROUTINE (subquery-10)
-- plan:     CO-ROUTINE (subquery-9)
-- plan:       CO-ROUTINE (subquery-18)
-- plan:         SCAN d VIRTUAL TABLE INDEX 1:
-- plan:         SCAN x VIRTUAL TABLE INDEX 1:
-- plan:       SCAN (subquery-18)
-- plan:     SCAN (subquery-9)
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN (subquery-10)
-- plan: CORRELATED SCALAR SUBQUERY 15
-- plan:   CO-ROUTINE (subquery-14)
-- plan:     CO-ROUTINE (subquery-19)
-- plan:       SCAN d VIRTUAL TABLE INDEX 1:
-- plan:       SCAN x VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-19)
-- plan:   SCAN (subquery-14)

DELETE
FROM deleted_resources
WHERE tenant_id = ?1
  AND id IN (SELECT value FROM json_each(?2))
  AND EXISTS (SELECT 1 FROM users x WHERE x.tenant_id = ?1 AND x.id = deleted_resources.id)
-- ?1 = 1
-- ?2 = "[\"019a0000-0000-7000-8000-000000000003\"]"
-- plan: SEARCH deleted_resources USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH x USING COVERING INDEX users_id (tenant_id=? AND id=?)

SELECT json_extract('{}', CASE WHEN ?1 IS NULL
    OR NOT EXISTS (SELECT 1
    FROM json_each(?2) j
    WHERE 1
      AND NOT EXISTS (SELECT 1 FROM users x WHERE x.tenant_id = ?1 AND x.id = j.value)
      AND NOT EXISTS (SELECT 1 FROM teams x WHERE x.tenant_id = ?1 AND x.id = j.value)
      AND NOT EXISTS (SELECT 1 FROM resources x WHERE x.tenant_id = ?1 AND x.id = j.value)) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "[\"019a0000-0000-7000-8000-000000000003\"]"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 4
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH x USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 2
-- plan:     SEARCH x USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 3
-- plan:     SEARCH x USING COVERING INDEX resources_id (tenant_id=?)

SELECT json_extract('{}', CASE WHEN NOT EXISTS (SELECT 1
    FROM json_each(?1) j
    WHERE NOT EXISTS (SELECT 1
      FROM users x
      WHERE x.tenant_id = ?2
        AND x.id = j.value ->> 0
        AND x.version = j.value ->> 1)) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "[[\"019a0000-0000-7000-8000-000000000003\",\"000000000000000d\"]]"
-- ?2 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH x USING INDEX users_id (tenant_id=? AND id=?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + row_number() OVER (), ?2, ?3, 'Group', teams.id, o.kind, o.id, l.request, rtrim(json_object('label', o.label, 'version', ?4, 'externalId', substr(teams.external_id, 1, 200), 'name', substr(teams.display_name, 1, 200)), '}') || ',"members":' || '{"added":' || l.added || ',"removed":' || l.removed || '}' || '}'
FROM (SELECT ?1 AS tenant_id, 'operator' AS kind, ?5 AS id, ?6 AS label) o
CROSS JOIN (SELECT team_id, request, json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE is_added) AS added, json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE NOT is_added) AS removed
  FROM (SELECT *, (row_number() OVER (PARTITION BY team_id, request) - 1) / 250 AS part
    FROM (SELECT NULL AS team_id, NULL AS id, NULL AS type, NULL AS is_added, NULL AS request
      WHERE 0
      UNION ALL
      SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, ?7
      FROM json_each(?8) j
      WHERE j.value ->> 3 <> EXISTS (SELECT 1
        FROM team_members m
        WHERE m.tenant_id = ?1
          AND m.team_id = j.value ->> 0
          AND m.member_id = j.value ->> 1)))
  GROUP BY team_id, request, part) l
CROSS JOIN teams ON teams.tenant_id = o.tenant_id
  AND teams.id = l.team_id
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = "group.members"
-- ?4 = "000000000000000e"
-- ?5 = NULL
-- ?6 = "ADMIN_TOKEN"
-- ?7 = "req_019b76daa80800000000000000000001"
-- ?8 = "[[\"019a0000-0000-7000-8000-000000000005\",\"019a0000-0000-7000-8000-000000000003\",\"User\",1]]"
-- plan: CO-ROUTINE (subquery-9)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   MATERIALIZE l
-- plan:     CO-ROUTINE (subquery-6)
-- plan:       CO-ROUTINE (subquery-10)
-- plan:         CO-ROUTINE (subquery-5)
-- plan:           COMPOUND QUERY
-- plan:             LEFT-MOST SUBQUERY
-- plan:               SCAN CONSTANT ROW
-- plan:             UNION ALL
-- plan:               SCAN j VIRTUAL TABLE INDEX 1:
-- plan:               CORRELATED SCALAR SUBQUERY 4
-- plan:                 SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan:         SCAN (subquery-5)
-- plan:         USE TEMP B-TREE FOR ORDER BY
-- plan:       SCAN (subquery-10)
-- plan:     SCAN (subquery-6)
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN o
-- plan:   SCAN l
-- plan:   SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN (subquery-9)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

UPDATE teams
SET version = ?1, updated_at = max(updated_at, ?2)
WHERE tenant_id = ?3
  AND id IN (SELECT j.value ->> 0
  FROM json_each(?4) j
  WHERE j.value ->> 3 <> EXISTS (SELECT 1
    FROM team_members m
    WHERE m.tenant_id = ?3
      AND m.team_id = j.value ->> 0
      AND m.member_id = j.value ->> 1))
-- ?1 = "000000000000000e"
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = 1
-- ?4 = "[[\"019a0000-0000-7000-8000-000000000005\",\"019a0000-0000-7000-8000-000000000003\",\"User\",1]]"
-- plan: SEARCH teams USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 2
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM team_members
WHERE tenant_id = ?1
  AND (team_id, member_id) IN (SELECT j.value ->> 0, j.value ->> 1
  FROM json_each(?2) j
  WHERE j.value ->> 3 = 0)
-- ?1 = 1
-- ?2 = "[[\"019a0000-0000-7000-8000-000000000005\",\"019a0000-0000-7000-8000-000000000003\",\"User\",1]]"
-- plan: SEARCH team_members USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan: LIST SUBQUERY 2
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER

INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display)
SELECT r.tenant_id, r.id, j.value, iif(u.seq IS NULL, 'Group', 'User'), substr(coalesce(u.display_name, u.user_name, t.display_name), 1, 200)
FROM (SELECT value ->> 0 AS team, value ->> 1 AS value
  FROM json_each(?1)
  WHERE value ->> 3 = 1) j
CROSS JOIN teams r ON r.tenant_id = ?2
  AND r.id = j.team
LEFT JOIN users u ON u.tenant_id = ?2
  AND u.id = j.value
LEFT JOIN teams t ON u.seq IS NULL
  AND t.tenant_id = ?2
  AND t.id = j.value
WHERE (u.seq IS NOT NULL OR t.seq IS NOT NULL)
ON CONFLICT DO NOTHING
-- ?1 = "[[\"019a0000-0000-7000-8000-000000000005\",\"019a0000-0000-7000-8000-000000000003\",\"User\",1]]"
-- ?2 = 1
-- plan: SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan: SEARCH r USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SEARCH u USING INDEX users_id (tenant_id=? AND id=?) LEFT-JOIN
-- plan: SEARCH t USING INDEX teams_id (tenant_id=? AND id=?) LEFT-JOIN

SELECT json_extract('{}', CASE WHEN NOT EXISTS (SELECT 1
    FROM json_each(?1) j
    WHERE j.value ->> 3 = 1
      AND NOT EXISTS (SELECT 1
      FROM team_members m
      WHERE m.tenant_id = ?2
        AND m.team_id = j.value ->> 0
        AND m.member_id = j.value ->> 1))
    AND NOT EXISTS (WITH RECURSIVE above(start, id) AS (SELECT j.value ->> 0, j.value ->> 0
      FROM json_each(?1) j
      WHERE j.value ->> 2 = 'Group'
        AND j.value ->> 3 = 1
      UNION
      SELECT above.start, m.team_id
      FROM above
      CROSS JOIN team_members m INDEXED BY team_members_nested ON m.tenant_id = ?2
        AND m.member_type = 'Group'
        AND m.member_id = above.id)
    SELECT 1
    FROM above
    CROSS JOIN json_each(?1) j ON j.value ->> 0 = above.start
      AND j.value ->> 1 = above.id
      AND j.value ->> 2 = 'Group'
      AND j.value ->> 3 = 1) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "[[\"019a0000-0000-7000-8000-000000000005\",\"019a0000-0000-7000-8000-000000000003\",\"User\",1]]"
-- ?2 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan: SCALAR SUBQUERY 5
-- plan:   CO-ROUTINE above
-- plan:     SETUP
-- plan:       SCAN j VIRTUAL TABLE INDEX 1:
-- plan:     RECURSIVE STEP
-- plan:       SCAN above
-- plan:       SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:   SCAN above
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + row_number() OVER (), ?2, h.kind, NULL, NULL, o.kind, o.id, ?3, json_object('label', o.label, 'about', h.about || '', 'changes', json(h.changes))
FROM (SELECT ?1 AS tenant_id, 'operator' AS kind, ?4 AS id, ?5 AS label) o
CROSS JOIN (SELECT kind, about, (SELECT json_group_array(iif(coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0) > 12000, json_object('path', key, 'before', NULL, 'after', NULL, 'cut', json('true')), json_object('path', key, 'before', json(before), 'after', json(after))))
    FROM (SELECT key, nullif(t.before -> fullkey, 'null') AS before, nullif(t.after -> fullkey, 'null') AS after
      FROM (SELECT key, fullkey
        FROM json_each(t.before)
        UNION
        SELECT key, fullkey
        FROM json_each(t.after)))
    WHERE before IS NOT after) AS changes
  FROM (SELECT 'undo.finished' AS kind, n.id AS about, '{}' AS before, ?6 AS after
    FROM tenants n
    WHERE n.id = ?1) t) h
WHERE h.changes <> '[]'
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = "req_019b76daa80800000000000000000001"
-- ?4 = NULL
-- ?5 = "ADMIN_TOKEN"
-- ?6 = "{\"created\":1,\"deleted\":0,\"from_seq\":9,\"refused\":0,\"request\":null,\"to_seq\":10,\"updated\":1}"
-- plan: CO-ROUTINE (subquery-10)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-4)
-- plan:   SEARCH n USING COVERING INDEX tenants_settings (id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-4)
-- plan: SCAN (subquery-10)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
