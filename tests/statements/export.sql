-- GET /tenants/1/export

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

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
  FROM (SELECT 'export.started' AS kind, n.id AS about, '{}' AS before, json_object('users', coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = 'User'), 0), 'groups', coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = 'Group'), 0)) AS after
    FROM tenants n
    WHERE n.id = ?1) t) h
WHERE h.changes <> '[]'
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.007Z"
-- ?3 = "req_019b76daa80700000000000000000001"
-- ?4 = NULL
-- ?5 = "ADMIN_TOKEN"
-- plan: CO-ROUTINE (subquery-12)
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
-- plan:           CORRELATED SCALAR SUBQUERY 7
-- plan:             SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:           CORRELATED SCALAR SUBQUERY 8
-- plan:             SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     SCAN (subquery-4)
-- plan:     CORRELATED SCALAR SUBQUERY 7
-- plan:       SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     CORRELATED SCALAR SUBQUERY 8
-- plan:       SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     CORRELATED SCALAR SUBQUERY 7
-- plan:       SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     CORRELATED SCALAR SUBQUERY 8
-- plan:       SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     CORRELATED SCALAR SUBQUERY 7
-- plan:       SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     CORRELATED SCALAR SUBQUERY 8
-- plan:       SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:   SEARCH n USING COVERING INDEX tenants_settings (id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:           CORRELATED SCALAR SUBQUERY 7
-- plan:             SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:           CORRELATED SCALAR SUBQUERY 8
-- plan:             SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     SCAN (subquery-4)
-- plan:     CORRELATED SCALAR SUBQUERY 7
-- plan:       SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     CORRELATED SCALAR SUBQUERY 8
-- plan:       SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     CORRELATED SCALAR SUBQUERY 7
-- plan:       SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     CORRELATED SCALAR SUBQUERY 8
-- plan:       SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     CORRELATED SCALAR SUBQUERY 7
-- plan:       SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     CORRELATED SCALAR SUBQUERY 8
-- plan:       SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: SCAN (subquery-12)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

SELECT position, seq
FROM events
WHERE position <= 9000000000000000
ORDER BY position DESC
LIMIT 1
-- plan: SEARCH events USING INTEGER PRIMARY KEY (rowid<?)

SELECT position, seq
FROM events
WHERE tenant_id = ?1
  AND typeof(seq) = 'integer'
  AND +seq BETWEEN 1
  AND 9000000000000000
  AND +position <= 9000000000000000
  AND typeof(tenant_id) = 'integer'
ORDER BY seq DESC
LIMIT 1
-- ?1 = 1
-- plan: SEARCH events USING COVERING INDEX events_seq (tenant_id=?)

SELECT id, created_at, updated_at, document
FROM (SELECT *, sum(octet_length(document)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - octet_length(document) AS before
  FROM (SELECT id, created_at, updated_at, users.document AS document
    FROM users
    WHERE users.tenant_id = ?1
      AND id > ?2
    ORDER BY id
    LIMIT 1000))
WHERE before < 1000000
ORDER BY id
-- ?1 = 1
-- ?2 = ""
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH users USING INDEX users_id (tenant_id=? AND id>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT id, created_at, updated_at, document
FROM (SELECT *, sum(octet_length(document)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - octet_length(document) AS before
  FROM (SELECT id, created_at, updated_at, users.document AS document
    FROM users
    WHERE users.tenant_id = ?1
      AND id > ?2
    ORDER BY id
    LIMIT 1000))
WHERE before < 1000000
ORDER BY id
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-00000000000c"
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH users USING INDEX users_id (tenant_id=? AND id>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT id, created_at, updated_at, document
FROM (SELECT *, sum(octet_length(document)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - octet_length(document) AS before
  FROM (SELECT id, created_at, updated_at, teams.document AS document
    FROM teams
    WHERE teams.tenant_id = ?1
      AND id > ?2
    ORDER BY id
    LIMIT 1000))
WHERE before < 1000000
ORDER BY id
-- ?1 = 1
-- ?2 = ""
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH teams USING INDEX teams_id (tenant_id=? AND id>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT team_id, max(member_id) AS last, count(*) AS count, group_concat(substr(m.member_type, 1, 1) || m.member_id || json_quote(m.display), '\n') AS members
FROM (SELECT *, row_number() OVER (PARTITION BY team_id ORDER BY member_id) - 1 AS n
  FROM (SELECT team_id, member_id, member_type, display
    FROM team_members
    WHERE tenant_id = ?1
      AND (team_id, member_id) > (?2, ?3)
      AND team_id <= ?4
    ORDER BY team_id, member_id
    LIMIT 10000)) m
GROUP BY team_id, n / 1000
ORDER BY team_id, n
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- ?3 = ""
-- ?4 = "019a0000-0000-7000-8000-00000000000e"
-- plan: CO-ROUTINE m
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH team_members USING PRIMARY KEY (tenant_id=? AND (team_id,member_id)>(?,?) AND team_id<?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN m
-- plan: USE TEMP B-TREE FOR GROUP BY
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT id, created_at, updated_at, document
FROM (SELECT *, sum(octet_length(document)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - octet_length(document) AS before
  FROM (SELECT id, created_at, updated_at, teams.document AS document
    FROM teams
    WHERE teams.tenant_id = ?1
      AND id > ?2
    ORDER BY id
    LIMIT 1000))
WHERE before < 1000000
ORDER BY id
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-00000000000e"
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH teams USING INDEX teams_id (tenant_id=? AND id>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT id, created_at, updated_at, document
FROM (SELECT *, sum(octet_length(document)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - octet_length(document) AS before
  FROM (SELECT id, created_at, updated_at, resources.document AS document
    FROM resources
    WHERE resources.tenant_id = ?1
      AND resources.resource_type = ?2
      AND id > ?3
    ORDER BY id
    LIMIT 1000))
WHERE before < 1000000
ORDER BY id
-- ?1 = 1
-- ?2 = "Device"
-- ?3 = ""
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH resources USING INDEX resources_id (tenant_id=? AND resource_type=? AND id>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT id, created_at, updated_at, document
FROM (SELECT *, sum(octet_length(document)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - octet_length(document) AS before
  FROM (SELECT id, created_at, updated_at, resources.document AS document
    FROM resources
    WHERE resources.tenant_id = ?1
      AND resources.resource_type = ?2
      AND id > ?3
    ORDER BY id
    LIMIT 1000))
WHERE before < 1000000
ORDER BY id
-- ?1 = 1
-- ?2 = "Device"
-- ?3 = "019a0000-0000-7000-8000-000000000009"
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH resources USING INDEX resources_id (tenant_id=? AND resource_type=? AND id>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY
