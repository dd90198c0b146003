-- POST /tenants/1/deleted/019a0000-0000-7000-8000-000000000003/restore

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT json_object('id', d.id, 'type', d.resource_type, 'name', coalesce(d.document ->> '$.userName', d.document ->> '$.displayName'), 'deleted_at', d.deleted_at, 'purge_at', d.purge_at, 'document', json(CASE d.resource_type WHEN '' THEN NULL ELSE d.document END)) AS shape, d.resource_type
FROM deleted_resources d
WHERE d.tenant_id = ?1
  AND d.id = ?2
  AND d.purge_at > ?3
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000003"
-- ?3 = "2026-01-01T00:00:00.011Z"
-- plan: SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)

SELECT json_object('id', d.id, 'type', d.resource_type, 'name', coalesce(d.document ->> '$.userName', d.document ->> '$.displayName'), 'deleted_at', d.deleted_at, 'purge_at', d.purge_at, 'document', json(CASE d.resource_type WHEN '' THEN NULL ELSE d.document END)) AS shape, d.resource_type
FROM deleted_resources d
WHERE d.tenant_id = ?1
  AND d.id = ?2
  AND d.purge_at > ?3
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000003"
-- ?3 = "2026-01-01T00:00:00.011Z"
-- plan: SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)

INSERT INTO users (tenant_id, created_at, updated_at, id, version, document, folded, user_name_folded, external_id, display_name_folded)
SELECT t.id, d.created_at, ?1, d.id, ?2, d.document, d.folded, d.folded ->> 'userName', d.folded ->> 'externalId', d.folded ->> 'displayName'
FROM (SELECT ?3 AS id) t
CROSS JOIN deleted_resources d ON d.tenant_id = t.id
  AND d.id = ?4
  AND d.resource_type = 'User'
  AND d.purge_at > ?1
WHERE t.id IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING seq
-- ?1 = "2026-01-01T00:00:00.011Z"
-- ?2 = "000000000000000f"
-- ?3 = 1
-- ?4 = "019a0000-0000-7000-8000-000000000003"
-- plan: CO-ROUTINE t
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN t
-- plan: SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, iif(EXISTS (SELECT 1
    FROM deleted_resources d
    WHERE d.tenant_id = users.tenant_id
      AND d.id = users.id
      AND d.purge_at > ?2), ?3, ?4), 'User', users.id, o.kind, o.id, ?5, json_object('label', o.label, 'version', users.version, 'externalId', substr(users.external_id, 1, 200), 'name', substr(users.document ->> '$.userName', 1, 200), 'after', iif(octet_length(users.document) <= 12000, json(users.document), (SELECT json_group_object(key, json(iif(path = '', object -> ('$."' || key || '"'), object)))
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
CROSS JOIN users
WHERE changes() > 0
  AND users.seq = last_insert_rowid()
  AND users.id = ?8
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.011Z"
-- ?3 = "user.restored"
-- ?4 = "user.created"
-- ?5 = "req_019b76daa80b00000000000000000001"
-- ?6 = NULL
-- ?7 = "ADMIN_TOKEN"
-- ?8 = "019a0000-0000-7000-8000-000000000003"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SEARCH users USING INTEGER PRIMARY KEY (rowid=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 7
-- plan:   CO-ROUTINE (subquery-6)
-- plan:     CO-ROUTINE (subquery-5)
-- plan:       CO-ROUTINE (subquery-14)
-- plan:         SCAN d VIRTUAL TABLE INDEX 1:
-- plan:         SCAN x VIRTUAL TABLE INDEX 1:
-- plan:       SCAN (subquery-14)
-- plan:     SCAN (subquery-5)
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN (subquery-6)
-- plan: CORRELATED SCALAR SUBQUERY 11
-- plan:   CO-ROUTINE (subquery-10)
-- plan:     CO-ROUTINE (subquery-15)
-- plan:       SCAN d VIRTUAL TABLE INDEX 1:
-- plan:       SCAN x VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-15)
-- plan:   SCAN (subquery-10)

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
      SELECT team_id, member_id, member_type, 1, ?7
      FROM links_back
      WHERE tenant_id = ?1
        AND resource_id = ?8))
  GROUP BY team_id, request, part) l
CROSS JOIN teams ON teams.tenant_id = o.tenant_id
  AND teams.id = l.team_id
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.011Z"
-- ?3 = "group.members"
-- ?4 = "000000000000000f"
-- ?5 = NULL
-- ?6 = "ADMIN_TOKEN"
-- ?7 = "req_019b76daa80b00000000000000000001"
-- ?8 = "019a0000-0000-7000-8000-000000000003"
-- plan: CO-ROUTINE (subquery-9)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   MATERIALIZE l
-- plan:     CO-ROUTINE (subquery-5)
-- plan:       CO-ROUTINE (subquery-10)
-- plan:         CO-ROUTINE (subquery-4)
-- plan:           COMPOUND QUERY
-- plan:             LEFT-MOST SUBQUERY
-- plan:               SCAN CONSTANT ROW
-- plan:             UNION ALL
-- plan:               SEARCH l USING PRIMARY KEY (tenant_id=? AND resource_id=? AND part>?)
-- plan:               SCAN k VIRTUAL TABLE INDEX 1:
-- plan:               SEARCH r USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan:               SEARCH u USING COVERING INDEX users_id (tenant_id=? AND id=?) LEFT-JOIN
-- plan:               SEARCH t USING COVERING INDEX teams_id (tenant_id=? AND id=?) LEFT-JOIN
-- plan:         SCAN (subquery-4)
-- plan:         USE TEMP B-TREE FOR ORDER BY
-- plan:       SCAN (subquery-10)
-- plan:     SCAN (subquery-5)
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN o
-- plan:   SCAN l
-- plan:   SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN (subquery-9)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

INSERT INTO unique_values (tenant_id, attribute, value, resource_id)
SELECT l.tenant_id, j.value ->> 0, j.value ->> 1, l.resource_id
FROM users x
CROSS JOIN deleted_links l
CROSS JOIN json_each(l.links) j
WHERE x.tenant_id = ?1
  AND x.id = ?2
  AND l.tenant_id = x.tenant_id
  AND l.resource_id = x.id
  AND l.part = -1
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000003"
-- plan: SEARCH x USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan: SEARCH l USING PRIMARY KEY (tenant_id=? AND resource_id=? AND part=?)
-- plan: SCAN j VIRTUAL TABLE INDEX 1:

UPDATE teams
SET version = ?1, updated_at = max(updated_at, ?2)
WHERE tenant_id = ?3
  AND id IN (SELECT team_id FROM links_back WHERE tenant_id = ?3 AND resource_id = ?4)
-- ?1 = "000000000000000f"
-- ?2 = "2026-01-01T00:00:00.011Z"
-- ?3 = 1
-- ?4 = "019a0000-0000-7000-8000-000000000003"
-- plan: SEARCH teams USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH l USING PRIMARY KEY (tenant_id=? AND resource_id=? AND part>?)
-- plan:   SCAN k VIRTUAL TABLE INDEX 1:
-- plan:   SEARCH r USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   SEARCH u USING COVERING INDEX users_id (tenant_id=? AND id=?) LEFT-JOIN
-- plan:   SEARCH t USING COVERING INDEX teams_id (tenant_id=? AND id=?) LEFT-JOIN
-- plan:   CREATE BLOOM FILTER

INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display)
SELECT tenant_id, team_id, member_id, member_type, display
FROM links_back
WHERE tenant_id = ?1
  AND resource_id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000003"
-- plan: SEARCH l USING PRIMARY KEY (tenant_id=? AND resource_id=? AND part>?)
-- plan: SCAN k VIRTUAL TABLE INDEX 1:
-- plan: SEARCH r USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SEARCH u USING INDEX users_id (tenant_id=? AND id=?) LEFT-JOIN
-- plan: SEARCH t USING INDEX teams_id (tenant_id=? AND id=?) LEFT-JOIN

SELECT json_extract('{}', CASE WHEN NOT EXISTS (WITH RECURSIVE above(id) AS (SELECT m.team_id
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
    WHERE above.id = ?2) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000003"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 3
-- plan:   CO-ROUTINE above
-- plan:     SETUP
-- plan:       SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:     RECURSIVE STEP
-- plan:       SCAN above
-- plan:       SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:   SCAN above

INSERT INTO deleted_links (tenant_id, resource_id, part, links)
SELECT d.tenant_id, d.id, (SELECT max(coalesce(max(o.part), -1), -1) + 1
  FROM deleted_links o
  WHERE o.tenant_id = d.tenant_id
    AND o.resource_id = d.id), json_group_array(json(k.value))
FROM users x
CROSS JOIN deleted_links l
CROSS JOIN json_each(l.links) k
CROSS JOIN deleted_resources d ON d.tenant_id = l.tenant_id
  AND d.id = iif(k.value ->> 0 = l.resource_id, k.value ->> 1, k.value ->> 0)
WHERE x.tenant_id = ?1
  AND x.id = ?2
  AND l.tenant_id = x.tenant_id
  AND l.resource_id = x.id
  AND l.part >= 0
GROUP BY d.id
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000003"
-- plan: SEARCH x USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan: SEARCH l USING PRIMARY KEY (tenant_id=? AND resource_id=? AND part>?)
-- plan: SCAN k VIRTUAL TABLE INDEX 1:
-- plan: SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: USE TEMP B-TREE FOR GROUP BY
-- plan: CORRELATED SCALAR SUBQUERY 1
-- plan:   SEARCH o USING PRIMARY KEY (tenant_id=? AND resource_id=?)

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
