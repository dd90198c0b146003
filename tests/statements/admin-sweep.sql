--  the sweep of an hour

DELETE
FROM tokens
WHERE hash IN (SELECT hash
  FROM tokens
  WHERE client_id IS NOT NULL
    AND expires_at <= ?1
  ORDER BY expires_at
  LIMIT 500)
RETURNING id
-- ?1 = "2026-04-11T00:00:00.000Z"
-- plan: SEARCH tokens USING PRIMARY KEY (hash=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH tokens USING INDEX tokens_expiry (expires_at<?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM assertions_seen
WHERE (tenant_id, client_id, jti) IN (SELECT tenant_id, client_id, jti
  FROM assertions_seen
  WHERE expires_at <= ?1
  ORDER BY expires_at
  LIMIT 500)
RETURNING jti
-- ?1 = "2026-04-11T00:00:00.000Z"
-- plan: SEARCH assertions_seen USING PRIMARY KEY (tenant_id=? AND client_id=? AND jti=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH assertions_seen USING COVERING INDEX assertions_seen_expiry (expires_at<?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM deleted_resources
WHERE (tenant_id, id) IN (SELECT tenant_id, id
  FROM deleted_resources
  WHERE purge_at <= ?1
  ORDER BY purge_at
  LIMIT 500)
RETURNING id
-- ?1 = "2026-04-11T00:00:00.000Z"
-- plan: SEARCH deleted_resources USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH deleted_resources USING COVERING INDEX deleted_resources_purge (purge_at<?)
-- plan:   CREATE BLOOM FILTER

WITH RECURSIVE every (id) AS (SELECT min(tenant_id)
  FROM events
  UNION ALL
  SELECT (SELECT min(e.tenant_id) FROM events e WHERE e.tenant_id > every.id)
  FROM every
  WHERE every.id < ''), old (id, first, newest) AS (SELECT every.id, f.seq, (SELECT max(seq)
    FROM events
    WHERE tenant_id = every.id
      AND seq <= 9000000000000000)
  FROM every
  CROSS JOIN events f ON f.tenant_id = every.id
    AND f.seq = (SELECT min(seq) FROM events WHERE tenant_id = every.id)
  WHERE f.at < ?1
    AND typeof(every.id) = 'integer'
    AND +every.id >= 0
    AND f.seq < (SELECT max(seq)
    FROM events
    WHERE tenant_id = every.id
      AND seq <= 9000000000000000))
SELECT d.id, d.upto, (SELECT iif(typeof(head) = 'blob'
      OR octet_length(head) > 20000
      OR instr(head, char(0)), '?', head)
  FROM seals
  WHERE tenant_id = d.id
    AND last_seq = d.upto) AS head, CASE WHEN typeof(e.seq) <> 'integer'
  OR e.seq NOT BETWEEN 0
  AND 9000000000000000 THEN 0 WHEN e.body IS NULL THEN iif(e.salt IS NULL, e.seq, 0) WHEN e.digest IS NULL
  AND typeof(e.salt) = 'text'
  AND length(e.salt) = 32
  AND octet_length(e.salt) = 32
  AND typeof(e.body) = 'text'
  AND e.body GLOB '{*'
  AND instr(e.body, char(0)) = 0
  AND json_valid(e.body) THEN e.seq
ELSE 0
END AS seq, iif('blob' IN (typeof(e.seq), typeof(e.at), typeof(e.type), typeof(e.resource_type), typeof(e.resource_id), typeof(e.actor_kind), typeof(e.actor_id), typeof(e.request)), '', json_array(e.tenant_id, e.seq, e.at, e.type, e.resource_type, e.resource_id, e.actor_kind, e.actor_id, e.request)) AS fields, iif(instr(e.salt || e.body, char(0)), '', e.salt || e.body) AS content, iif(typeof(e.digest) = 'blob'
    OR octet_length(e.digest) > 20000
    OR instr(e.digest, char(0)), '?', e.digest) AS digest
FROM (SELECT o.id, o.newest, (SELECT max(seq)
    FROM (SELECT seq, at
      FROM events
      WHERE tenant_id = o.id
        AND seq < o.newest
      ORDER BY seq
      LIMIT 2000)
    WHERE at < ?1
      AND typeof(seq) = 'integer'
      AND NOT EXISTS (SELECT 1 FROM seals WHERE tenant_id = o.id)) AS upto
  FROM old o
  LIMIT -1) d
LEFT JOIN events e ON e.tenant_id = d.id
  AND e.seq = d.upto
  AND d.upto = d.newest
WHERE d.upto IS NOT NULL
LIMIT 5
-- ?1 = "2026-01-11T00:00:00.000Z"
-- plan: CO-ROUTINE d
-- plan:   CO-ROUTINE every
-- plan:     SETUP
-- plan:       SEARCH events USING COVERING INDEX events_seq
-- plan:     RECURSIVE STEP
-- plan:       SCAN every
-- plan:       CORRELATED SCALAR SUBQUERY 2
-- plan:         SEARCH e USING COVERING INDEX events_seq (tenant_id>?)
-- plan:   SCAN every
-- plan:   SEARCH f USING INDEX events_seq (tenant_id=? AND seq=?)
-- plan:   CORRELATED SCALAR SUBQUERY 5
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:   CORRELATED SCALAR SUBQUERY 4
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:   CORRELATED SCALAR SUBQUERY 11
-- plan:     CO-ROUTINE (subquery-9)
-- plan:       SEARCH events USING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:       CORRELATED SCALAR SUBQUERY 4
-- plan:         SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:     SEARCH (subquery-9)
-- plan:     CORRELATED SCALAR SUBQUERY 10
-- plan:       SEARCH seals USING COVERING INDEX seals_prev (tenant_id=?)
-- plan: SCAN d
-- plan: SEARCH e USING INDEX events_seq (tenant_id=? AND seq=?) LEFT-JOIN
-- plan: CORRELATED SCALAR SUBQUERY 8
-- plan:   SEARCH seals USING PRIMARY KEY (tenant_id=? AND last_seq=?)

UPDATE sealing
SET trimmed = max(trimmed, coalesce((SELECT position
      FROM events
      WHERE tenant_id = ?1
        AND seq <= ?2
        AND seq < (SELECT max(seq) FROM events WHERE tenant_id = ?1 AND seq <= 9000000000000000)
      ORDER BY seq DESC
      LIMIT 1), 0))
-- ?1 = 0
-- ?2 = 3
-- plan: SCAN sealing
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:   SCALAR SUBQUERY 1
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

DELETE
FROM events
WHERE tenant_id = ?1
  AND seq <= ?2
  AND seq < (SELECT max(seq) FROM events WHERE tenant_id = ?1 AND seq <= 9000000000000000)
-- ?1 = 0
-- ?2 = 3
-- plan: SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

UPDATE sealing
SET trimmed = max(trimmed, coalesce((SELECT position
      FROM events
      WHERE tenant_id = ?1
        AND seq <= ?2
        AND seq < (SELECT max(seq) FROM events WHERE tenant_id = ?1 AND seq <= 9000000000000000)
      ORDER BY seq DESC
      LIMIT 1), 0))
-- ?1 = 1
-- ?2 = 13
-- plan: SCAN sealing
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:   SCALAR SUBQUERY 1
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

DELETE
FROM events
WHERE tenant_id = ?1
  AND seq <= ?2
  AND seq < (SELECT max(seq) FROM events WHERE tenant_id = ?1 AND seq <= 9000000000000000)
-- ?1 = 1
-- ?2 = 13
-- plan: SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

DELETE
FROM tokens
WHERE hash IN (SELECT hash
  FROM tokens
  WHERE client_id IS NOT NULL
    AND expires_at <= ?1
  ORDER BY expires_at
  LIMIT 500)
RETURNING id
-- ?1 = "2026-04-11T00:00:00.000Z"
-- plan: SEARCH tokens USING PRIMARY KEY (hash=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH tokens USING INDEX tokens_expiry (expires_at<?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM assertions_seen
WHERE (tenant_id, client_id, jti) IN (SELECT tenant_id, client_id, jti
  FROM assertions_seen
  WHERE expires_at <= ?1
  ORDER BY expires_at
  LIMIT 500)
RETURNING jti
-- ?1 = "2026-04-11T00:00:00.000Z"
-- plan: SEARCH assertions_seen USING PRIMARY KEY (tenant_id=? AND client_id=? AND jti=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH assertions_seen USING COVERING INDEX assertions_seen_expiry (expires_at<?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM deleted_resources
WHERE (tenant_id, id) IN (SELECT tenant_id, id
  FROM deleted_resources
  WHERE purge_at <= ?1
  ORDER BY purge_at
  LIMIT 500)
RETURNING id
-- ?1 = "2026-04-11T00:00:00.000Z"
-- plan: SEARCH deleted_resources USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH deleted_resources USING COVERING INDEX deleted_resources_purge (purge_at<?)
-- plan:   CREATE BLOOM FILTER

WITH RECURSIVE every (id) AS (SELECT min(tenant_id)
  FROM events
  UNION ALL
  SELECT (SELECT min(e.tenant_id) FROM events e WHERE e.tenant_id > every.id)
  FROM every
  WHERE every.id < ''), old (id, first, newest) AS (SELECT every.id, f.seq, (SELECT max(seq)
    FROM events
    WHERE tenant_id = every.id
      AND seq <= 9000000000000000)
  FROM every
  CROSS JOIN events f ON f.tenant_id = every.id
    AND f.seq = (SELECT min(seq) FROM events WHERE tenant_id = every.id)
  WHERE f.at < ?1
    AND typeof(every.id) = 'integer'
    AND +every.id >= 0
    AND f.seq < (SELECT max(seq)
    FROM events
    WHERE tenant_id = every.id
      AND seq <= 9000000000000000))
SELECT d.id, d.upto, (SELECT iif(typeof(head) = 'blob'
      OR octet_length(head) > 20000
      OR instr(head, char(0)), '?', head)
  FROM seals
  WHERE tenant_id = d.id
    AND last_seq = d.upto) AS head, CASE WHEN typeof(e.seq) <> 'integer'
  OR e.seq NOT BETWEEN 0
  AND 9000000000000000 THEN 0 WHEN e.body IS NULL THEN iif(e.salt IS NULL, e.seq, 0) WHEN e.digest IS NULL
  AND typeof(e.salt) = 'text'
  AND length(e.salt) = 32
  AND octet_length(e.salt) = 32
  AND typeof(e.body) = 'text'
  AND e.body GLOB '{*'
  AND instr(e.body, char(0)) = 0
  AND json_valid(e.body) THEN e.seq
ELSE 0
END AS seq, iif('blob' IN (typeof(e.seq), typeof(e.at), typeof(e.type), typeof(e.resource_type), typeof(e.resource_id), typeof(e.actor_kind), typeof(e.actor_id), typeof(e.request)), '', json_array(e.tenant_id, e.seq, e.at, e.type, e.resource_type, e.resource_id, e.actor_kind, e.actor_id, e.request)) AS fields, iif(instr(e.salt || e.body, char(0)), '', e.salt || e.body) AS content, iif(typeof(e.digest) = 'blob'
    OR octet_length(e.digest) > 20000
    OR instr(e.digest, char(0)), '?', e.digest) AS digest
FROM (SELECT o.id, o.newest, (SELECT max(seq)
    FROM (SELECT seq, at
      FROM events
      WHERE tenant_id = o.id
        AND seq < o.newest
      ORDER BY seq
      LIMIT 2000)
    WHERE at < ?1
      AND typeof(seq) = 'integer'
      AND NOT EXISTS (SELECT 1 FROM seals WHERE tenant_id = o.id)) AS upto
  FROM old o
  LIMIT -1) d
LEFT JOIN events e ON e.tenant_id = d.id
  AND e.seq = d.upto
  AND d.upto = d.newest
WHERE d.upto IS NOT NULL
LIMIT 5
-- ?1 = "2026-01-11T00:00:00.000Z"
-- plan: CO-ROUTINE d
-- plan:   CO-ROUTINE every
-- plan:     SETUP
-- plan:       SEARCH events USING COVERING INDEX events_seq
-- plan:     RECURSIVE STEP
-- plan:       SCAN every
-- plan:       CORRELATED SCALAR SUBQUERY 2
-- plan:         SEARCH e USING COVERING INDEX events_seq (tenant_id>?)
-- plan:   SCAN every
-- plan:   SEARCH f USING INDEX events_seq (tenant_id=? AND seq=?)
-- plan:   CORRELATED SCALAR SUBQUERY 5
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:   CORRELATED SCALAR SUBQUERY 4
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:   CORRELATED SCALAR SUBQUERY 11
-- plan:     CO-ROUTINE (subquery-9)
-- plan:       SEARCH events USING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:       CORRELATED SCALAR SUBQUERY 4
-- plan:         SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:     SEARCH (subquery-9)
-- plan:     CORRELATED SCALAR SUBQUERY 10
-- plan:       SEARCH seals USING COVERING INDEX seals_prev (tenant_id=?)
-- plan: SCAN d
-- plan: SEARCH e USING INDEX events_seq (tenant_id=? AND seq=?) LEFT-JOIN
-- plan: CORRELATED SCALAR SUBQUERY 8
-- plan:   SEARCH seals USING PRIMARY KEY (tenant_id=? AND last_seq=?)

WITH RECURSIVE logs (tenant_id) AS (SELECT min(tenant_id)
  FROM requests
  UNION ALL
  SELECT (SELECT min(r.tenant_id) FROM requests r WHERE r.tenant_id > logs.tenant_id)
  FROM logs
  WHERE logs.tenant_id IS NOT NULL)
SELECT tenant_id
FROM logs
WHERE tenant_id % 60 = 0
ORDER BY tenant_id
-- plan: CO-ROUTINE logs
-- plan:   SETUP
-- plan:     SEARCH requests USING PRIMARY KEY
-- plan:   RECURSIVE STEP
-- plan:     SCAN logs
-- plan:     CORRELATED SCALAR SUBQUERY 2
-- plan:       SEARCH r USING PRIMARY KEY (tenant_id>?)
-- plan: SCAN logs
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT DISTINCT tenant_id
FROM (SELECT t.tenant_id
  FROM tokens t
  WHERE t.told < 2
    AND t.client_id IS NULL
    AND t.expires_at IS NOT NULL
    AND t.revoked_at IS NULL
    AND t.told = 0
    AND t.expires_at <= ?1
  UNION ALL
  SELECT t.tenant_id
  FROM tokens t
  WHERE t.told < 2
    AND t.client_id IS NULL
    AND t.expires_at IS NOT NULL
    AND t.revoked_at IS NULL
    AND t.told = 1
    AND t.expires_at <= ?2
  UNION ALL
  SELECT t.tenant_id
  FROM client_secrets t
  WHERE t.told < 2
    AND t.expires_at IS NOT NULL
    AND t.told = 0
    AND t.expires_at <= ?1
  UNION ALL
  SELECT t.tenant_id
  FROM client_secrets t
  WHERE t.told < 2
    AND t.expires_at IS NOT NULL
    AND t.told = 1
    AND t.expires_at <= ?2)
LIMIT 20
-- ?1 = "2026-04-18T00:00:00.001Z"
-- ?2 = "2026-04-11T00:00:00.001Z"
-- plan: CO-ROUTINE (subquery-4)
-- plan:   COMPOUND QUERY
-- plan:     LEFT-MOST SUBQUERY
-- plan:       SEARCH t USING INDEX tokens_ending (told=? AND expires_at>? AND expires_at<?)
-- plan:     UNION ALL
-- plan:       SEARCH t USING INDEX tokens_ending (told=? AND expires_at>? AND expires_at<?)
-- plan:     UNION ALL
-- plan:       SEARCH t USING COVERING INDEX client_secrets_ending (told=? AND expires_at>? AND expires_at<?)
-- plan:     UNION ALL
-- plan:       SEARCH t USING COVERING INDEX client_secrets_ending (told=? AND expires_at>? AND expires_at<?)
-- plan: SCAN (subquery-4)
-- plan: USE TEMP B-TREE FOR DISTINCT

SELECT json_object('webhook', b.webhook_id, 'tenant', b.tenant_id, 'attempts', b.attempts, 'next_attempt_at', b.next_attempt_at, 'last_status', b.last_status)
FROM webhook_tenants b
CROSS JOIN webhooks w ON w.id = b.webhook_id
  AND w.state = 'active'
WHERE b.told = 1
ORDER BY b.failed_at
LIMIT 50
-- plan: SCAN b
-- plan: BLOOM FILTER ON w (id=?)
-- plan: SEARCH w USING PRIMARY KEY (id=?)
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT c.webhook_id, c.shard, w.tenant_id, iif(p.value, c.resume, c.position), iif(p.value, NULL, c.until), w.types, iif(p.value
    OR c.resume IS NULL, NULL, (SELECT json_group_array(b.tenant_id)
    FROM webhook_tenants b
    WHERE b.webhook_id = c.webhook_id
      AND b.shard = c.shard))
FROM (SELECT * FROM webhooks WHERE id > ?1 AND state = 'active' ORDER BY id LIMIT 50) w
CROSS JOIN webhook_cursors c ON c.webhook_id = w.id
CROSS JOIN json_each('[0,1]') p ON p.value = 0
  OR c.resume IS NOT NULL
UNION ALL
SELECT b.webhook_id, b.shard, b.tenant_id, iif(p.value, b.resume, b.position), coalesce(iif(p.value, NULL, b.until), c.resume, c.position), w.types, NULL
FROM (SELECT * FROM webhooks WHERE id > ?1 AND state = 'active' ORDER BY id LIMIT 50) w
CROSS JOIN webhook_tenants b ON b.webhook_id = w.id
CROSS JOIN webhook_cursors c ON c.webhook_id = b.webhook_id
  AND c.shard = b.shard
CROSS JOIN json_each('[0,1]') p ON p.value = 0
  OR b.resume IS NOT NULL
LIMIT 200
-- ?1 = ""
-- plan: COMPOUND QUERY
-- plan:   LEFT-MOST SUBQUERY
-- plan:     CO-ROUTINE w
-- plan:       SEARCH webhooks USING PRIMARY KEY (id>?)
-- plan:     SCAN w
-- plan:     SEARCH c USING PRIMARY KEY (webhook_id=?)
-- plan:     SCAN p VIRTUAL TABLE INDEX 1:
-- plan:     CORRELATED SCALAR SUBQUERY 1
-- plan:       SEARCH b USING PRIMARY KEY (webhook_id=? AND shard=?)
-- plan:   UNION ALL
-- plan:     CO-ROUTINE w
-- plan:       SEARCH webhooks USING PRIMARY KEY (id>?)
-- plan:     SCAN w
-- plan:     SEARCH b USING PRIMARY KEY (webhook_id=?)
-- plan:     SEARCH c USING PRIMARY KEY (webhook_id=? AND shard=?)
-- plan:     SCAN p VIRTUAL TABLE INDEX 1:

SELECT json_object('shard', 1, 'schema', (SELECT max(CAST(name AS INTEGER))
    FROM d1_migrations
    WHERE CAST(name AS INTEGER) < 9000), 'tenants', (SELECT count(*) FROM tenants WHERE shard = 1 AND state <> 'deleted'), 'users', (SELECT coalesce(sum(total), 0) FROM totals WHERE resource_type = 'User'), 'unsealed', (SELECT count(*)
    FROM (SELECT 1
      FROM events
      WHERE position > coalesce((SELECT max(position)
          FROM sealing HAVING count(*) = 1
            AND min(iif(typeof(position) = 'integer'
                AND position BETWEEN 0
                AND 9000000000000000, position, -1)) BETWEEN 0
            AND coalesce((SELECT max(position) FROM events WHERE position <= 9000000000000000), 0)
            AND min(iif(typeof(trimmed) = 'integer'
                AND trimmed BETWEEN 0
                AND 9000000000000000, trimmed, -1)) >= 0), 0)
      LIMIT 10000)), 'braked', (SELECT count(*) FROM brakes WHERE engaged_at IS NOT NULL)) AS shard, (SELECT count(*) FROM jobs WHERE finished_at IS NULL) AS jobs
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH d1_migrations
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN tenants
-- plan: SCALAR SUBQUERY 3
-- plan:   SCAN totals
-- plan: SCALAR SUBQUERY 7
-- plan:   CO-ROUTINE (subquery-6)
-- plan:     SEARCH events USING INTEGER PRIMARY KEY (rowid>?)
-- plan:     SCALAR SUBQUERY 5
-- plan:       SCAN sealing
-- plan:       SCALAR SUBQUERY 4
-- plan:         SEARCH events USING INTEGER PRIMARY KEY (rowid<?)
-- plan:   SCAN (subquery-6)
-- plan: SCALAR SUBQUERY 8
-- plan:   SCAN brakes
-- plan: SCALAR SUBQUERY 9
-- plan:   SCAN jobs USING INDEX jobs_open
