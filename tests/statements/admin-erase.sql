-- POST /admin/v1/tenants/1/erase
-- {"resource":"019a0000-0000-7000-8000-000000000012"}

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT iif(typeof(prev_seq) = 'integer'
    AND prev_seq BETWEEN 0
    AND 9000000000000000, prev_seq, -1), iif(typeof(last_seq) = 'integer'
    AND last_seq BETWEEN 0
    AND 9000000000000000, last_seq, -1), iif(typeof(head) = 'blob'
    OR octet_length(head) > 20000
    OR instr(head, char(0)), '?', head), iif(typeof(at) = 'blob' OR octet_length(at) > 20000 OR instr(at, char(0)), '?', at), iif(typeof(resources) = 'blob'
    OR octet_length(resources) > 20000
    OR instr(resources, char(0)), '?', resources), iif(typeof(mac) = 'blob'
    OR octet_length(mac) > 20000
    OR instr(mac, char(0)), '?', mac), iif(typeof(key) = 'blob'
    OR octet_length(key) > 20000
    OR instr(key, char(0)), '?', key), iif(typeof(start) = 'blob'
    OR octet_length(start) > 20000
    OR instr(start, char(0)), '?', start)
FROM seals
WHERE tenant_id = ?1
  AND last_seq > ?2
ORDER BY seals.last_seq
LIMIT 400
-- ?1 = 1
-- ?2 = 0
-- plan: SEARCH seals USING PRIMARY KEY (tenant_id=? AND last_seq>?)

SELECT 1 AS lives
FROM users
WHERE tenant_id = ?1
  AND id = ?2
UNION ALL
SELECT 1 AS lives
FROM teams
WHERE tenant_id = ?1
  AND id = ?2
UNION ALL
SELECT 1 AS lives
FROM resources
WHERE tenant_id = ?1
  AND id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000012"
-- plan: COMPOUND QUERY
-- plan:   LEFT-MOST SUBQUERY
-- plan:     SEARCH users USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan:   UNION ALL
-- plan:     SEARCH teams USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   UNION ALL
-- plan:     SEARCH resources USING COVERING INDEX resources_id (tenant_id=?)

WITH w AS MATERIALIZED (SELECT e.seq, e.type, e.resource_type, e.resource_id
  FROM json_each(?1) j
  CROSS JOIN events e ON e.tenant_id = ?2
    AND e.seq > j.value ->> 0
    AND e.seq <= j.value ->> 1
    AND typeof(e.seq) = 'integer'
  LIMIT 20000)
SELECT (SELECT max(seq) FROM w), (SELECT count(*) FROM w) = 20000, resource_type, type
FROM (SELECT 1)
LEFT JOIN (SELECT * FROM w WHERE resource_id = ?3 ORDER BY seq DESC LIMIT 1)
-- ?1 = "[[0,9007199254740991]]"
-- ?2 = 1
-- ?3 = "019a0000-0000-7000-8000-000000000012"
-- plan: CO-ROUTINE (subquery-4)
-- plan:   SCAN CONSTANT ROW
-- plan: MATERIALIZE (subquery-5)
-- plan:   MATERIALIZE w
-- plan:     SCAN j VIRTUAL TABLE INDEX 1:
-- plan:     SEARCH e USING INDEX events_seq (tenant_id=? AND seq>? AND seq<?)
-- plan:   SCAN w
-- plan:   USE TEMP B-TREE FOR ORDER BY
-- plan: SCAN (subquery-4)
-- plan: SCAN (subquery-5) LEFT-JOIN
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH w
-- plan: SCALAR SUBQUERY 3
-- plan:   SCAN w

WITH w AS MATERIALIZED (SELECT e.seq, e.type, e.resource_type, e.resource_id
  FROM json_each(?1) j
  CROSS JOIN events e ON e.tenant_id = ?2
    AND e.seq > j.value ->> 0
    AND e.seq <= j.value ->> 1
    AND typeof(e.seq) = 'integer'
  LIMIT 20000)
SELECT seq, content, (SELECT json_group_array(DISTINCT value)
  FROM json_tree(body) t
  WHERE t.type = 'text'
    AND length(t.value) > 2
    AND (t.key IN ('name', 'externalId', 'userName', 'displayName')
      OR instr(t.value, '@')
      OR t.key IN ('before', 'after')
      AND body ->> (t.path || '.path') IN ('userName', 'externalId', 'displayName'))) AS words
FROM (SELECT e.seq, e.body, e.salt || e.body AS content, sum(octet_length(e.body)) OVER (ORDER BY e.seq ROWS UNBOUNDED PRECEDING) - octet_length(e.body) AS before
  FROM (SELECT seq FROM w WHERE resource_id = ?3) f
  CROSS JOIN events e ON e.tenant_id = ?2
    AND e.seq = f.seq
  WHERE e.body IS NOT NULL
    AND e.type <> 'resource.erased'
  ORDER BY e.seq
  LIMIT 500)
WHERE before < 1000000
-- ?1 = "[[0,9007199254740991]]"
-- ?2 = 1
-- ?3 = "019a0000-0000-7000-8000-000000000012"
-- plan: CO-ROUTINE (subquery-4)
-- plan:   CO-ROUTINE (subquery-6)
-- plan:     MATERIALIZE w
-- plan:       SCAN j VIRTUAL TABLE INDEX 1:
-- plan:       SEARCH e USING INDEX events_seq (tenant_id=? AND seq>? AND seq<?)
-- plan:     SCAN w
-- plan:     SEARCH e USING INDEX events_seq (tenant_id=? AND seq=?)
-- plan:     USE TEMP B-TREE FOR ORDER BY
-- plan:   SCAN (subquery-6)
-- plan: SCAN (subquery-4)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   USE TEMP B-TREE FOR json_group_array(DISTINCT)
-- plan:   SCAN t VIRTUAL TABLE INDEX 1:

UPDATE events
SET body = NULL, salt = NULL, digest = j.value ->> 1
FROM json_each(?1) j
WHERE tenant_id = ?2
  AND seq = j.value ->> 0
-- ?1 = "[[12,\"611152545c23ab0881f83a2ebd59c5c1082c10eaeb0660ce679b24b7f77fb4d9\"],[13,\"9ff02f18a5149f0328a461f85760f2e5704fb9656522771ef9661bb07c79425b\"]]"
-- ?2 = 1
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq=?)

UPDATE requests
SET path = '\u{2026}', query = '', detail = NULL, habits = '[]', request_body = NULL, reply_body = NULL, resources = (SELECT json_group_array(r.value)
  FROM json_each(resources) r
  WHERE NOT EXISTS (SELECT 1 FROM json_tree(?1) w WHERE lower(w.value) = lower(r.value)))
WHERE tenant_id = ?2
  AND id IN (SELECT id
  FROM (SELECT id, replace(replace(replace(replace(lower(path || '"' || resources || habits || coalesce(detail, '') || coalesce(request_body, '') || coalesce(reply_body, '')), ' ', ''), char(92), ''), '/', '"'), '%40', '@') AS text
    FROM requests
    WHERE tenant_id = ?2
      AND path <> '\u{2026}'
    LIMIT -1)
  WHERE (instr(text, lower(?3))
      OR EXISTS (SELECT 1
      FROM json_tree(?1) w
      WHERE w.type = 'text'
        AND instr(text, replace(replace(replace(replace(lower(json_quote(w.value)), ' ', ''), char(92), ''), '/', '"'), '%40', '@')))))
-- ?1 = "[[\"gone\"],[]]"
-- ?2 = 1
-- ?3 = "019a0000-0000-7000-8000-000000000012"
-- plan: SEARCH requests USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 5
-- plan:   CO-ROUTINE (subquery-3)
-- plan:     SEARCH requests USING PRIMARY KEY (tenant_id=?)
-- plan:   SCAN (subquery-3)
-- plan:   CORRELATED SCALAR SUBQUERY 4
-- plan:     SCAN w VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SCAN r VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SCAN w VIRTUAL TABLE INDEX 1:

SELECT changes() AS erased
-- plan: SCAN CONSTANT ROW

UPDATE jobs
SET result = NULL
WHERE tenant_id = ?1
  AND id IN (SELECT id
  FROM (SELECT id, replace(replace(replace(replace(lower(result), ' ', ''), char(92), ''), '/', '"'), '%40', '@') AS text
    FROM jobs
    WHERE tenant_id = ?1
      AND finished_at IS NOT NULL
      AND result IS NOT NULL
    LIMIT -1)
  WHERE (instr(text, lower(?2))
      OR EXISTS (SELECT 1
      FROM json_tree(?3) w
      WHERE w.type = 'text'
        AND instr(text, replace(replace(replace(replace(lower(json_quote(w.value)), ' ', ''), char(92), ''), '/', '"'), '%40', '@')))))
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000012"
-- ?3 = "[[\"gone\"],[]]"
-- plan: SEARCH jobs USING INDEX jobs_tenant (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 3
-- plan:   CO-ROUTINE (subquery-1)
-- plan:     SEARCH jobs USING INDEX jobs_tenant (tenant_id=?)
-- plan:   SCAN (subquery-1)
-- plan:   CORRELATED SCALAR SUBQUERY 2
-- plan:     SCAN w VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER

SELECT changes() AS erased
-- plan: SCAN CONSTANT ROW

DELETE
FROM deleted_resources
WHERE tenant_id = ?1
  AND id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000012"
-- plan: SEARCH deleted_resources USING PRIMARY KEY (tenant_id=? AND id=?)

SELECT changes() AS erased
-- plan: SCAN CONSTANT ROW

DELETE
FROM pending_members
WHERE tenant_id = ?1
  AND (value = ?2
    OR length(?2) = 36
    AND lower(value) = ?2
    OR lower(value) IN (SELECT lower(w.value) FROM json_tree(?3) w WHERE w.type = 'text'))
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000012"
-- ?3 = "[[\"gone\"],[]]"
-- plan: SEARCH pending_members USING PRIMARY KEY (tenant_id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN w VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER

SELECT changes() AS erased
-- plan: SCAN CONSTANT ROW

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'User', ?4, o.kind, o.id, ?5, json_object('label', o.label, 'version', NULL)
FROM (SELECT ?1 AS tenant_id, 'operator' AS kind, ?6 AS id, ?7 AS label) o
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.021Z"
-- ?3 = "resource.erased"
-- ?4 = "019a0000-0000-7000-8000-000000000012"
-- ?5 = "req_019b76daa81500000000000000000001"
-- ?6 = NULL
-- ?7 = "ADMIN_TOKEN"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

UPDATE webhook_deliveries
SET reply = NULL
WHERE tenant_id = ?1
  AND reply IS NOT NULL
-- ?1 = 1
-- plan: SCAN webhook_deliveries

SELECT changes() AS erased
-- plan: SCAN CONSTANT ROW
