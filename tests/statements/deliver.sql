--  a minute that delivers

SELECT w.id
FROM webhooks w
LEFT JOIN webhook_cursors c ON c.webhook_id = w.id
  AND c.shard = 1
WHERE w.state = 'active'
  AND coalesce(c.lease_until, '') <= ?1
  AND (coalesce(c.position, iif(w.tenant_id IS NULL, 0, NULL)) < coalesce(?2, (SELECT max(position) FROM events WHERE position <= 9000000000000000))
    OR EXISTS (SELECT 1
    FROM webhook_tenants b
    WHERE b.webhook_id = w.id
      AND b.shard = 1
      AND b.next_attempt_at <= ?1))
ORDER BY coalesce(c.lease_until, '')
LIMIT 20
-- ?1 = "2026-01-01T00:00:00.012Z"
-- ?2 = NULL
-- plan: SCAN w
-- plan: SEARCH c USING PRIMARY KEY (webhook_id=? AND shard=?) LEFT-JOIN
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING INTEGER PRIMARY KEY (rowid<?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH b USING PRIMARY KEY (webhook_id=? AND shard=?)
-- plan: USE TEMP B-TREE FOR ORDER BY

INSERT INTO webhook_cursors (webhook_id, shard, position)
SELECT id, 1, 0
FROM webhooks
WHERE id = ?1
  AND tenant_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM webhook_cursors WHERE webhook_id = ?1 AND shard = 1)
-- ?1 = "whk_019a000000007000800000000000000b"
-- plan: SEARCH webhooks USING PRIMARY KEY (id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH webhook_cursors USING PRIMARY KEY (webhook_id=? AND shard=?)

UPDATE webhook_cursors
SET lease = ?1, lease_until = ?2
WHERE webhook_id = ?3
  AND shard = 1
  AND lease_until <= ?4
RETURNING position, until, resume
-- ?1 = "019a0000-0000-7000-8000-00000000000e"
-- ?2 = "2026-01-01T00:01:00.012Z"
-- ?3 = "whk_019a000000007000800000000000000b"
-- ?4 = "2026-01-01T00:00:00.012Z"
-- plan: SEARCH webhook_cursors USING PRIMARY KEY (webhook_id=? AND shard=?)

SELECT id, url, origin, tenant_id, types, include, state = 'active', version, key, substr(key_until, 1, 24), substr(key_until, 26), old_version, old_key, old_until
FROM webhooks
WHERE id = ?1
-- ?1 = "whk_019a000000007000800000000000000b"
-- plan: SEARCH webhooks USING PRIMARY KEY (id=?)

SELECT tenant_id, position, until, resume, seq, attempts, failed_at, told, next_attempt_at, last_status
FROM webhook_tenants
WHERE webhook_id = ?1
  AND shard = 1
ORDER BY tenant_id
-- ?1 = "whk_019a000000007000800000000000000b"
-- plan: SEARCH webhook_tenants USING PRIMARY KEY (webhook_id=? AND shard=?)

SELECT position
FROM webhook_parked
WHERE webhook_id = ?1
  AND shard = 1
-- ?1 = "whk_019a000000007000800000000000000b"
-- plan: SEARCH webhook_parked USING PRIMARY KEY (webhook_id=? AND shard=?)

SELECT position, seq
FROM events
WHERE position <= 9000000000000000
ORDER BY position DESC
LIMIT 1
-- plan: SEARCH events USING INTEGER PRIMARY KEY (rowid<?)

SELECT position, seq, looks, (SELECT f.seq > 1 + coalesce(?1, iif(f.position > ?2 AND ?2 < (SELECT trimmed FROM sealing), 0, f.seq))
  FROM events f
  WHERE f.tenant_id = ?3
  ORDER BY f.seq
  LIMIT 1) AS is_trimmed
FROM (SELECT *, row_number() OVER () AS looks
  FROM (SELECT position, seq
    FROM events
    WHERE tenant_id = ?3
      AND seq > coalesce((SELECT seq
        FROM events
        WHERE tenant_id = ?3
          AND seq <= 9000000000000000
          AND position <= ?2
        ORDER BY seq DESC
        LIMIT 1), 0)
      AND typeof(seq) = 'integer'
      AND +seq BETWEEN 1
      AND 9000000000000000
      AND +position <= 9000000000000000
      AND typeof(tenant_id) = 'integer'
    ORDER BY seq ASC
    LIMIT 100))
ORDER BY looks DESC
LIMIT 1
-- ?1 = NULL
-- ?2 = 9
-- ?3 = 1
-- plan: CO-ROUTINE (subquery-5)
-- plan:   CO-ROUTINE (subquery-7)
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq>?)
-- plan:     SCALAR SUBQUERY 3
-- plan:       SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:   SCAN (subquery-7)
-- plan: SCAN (subquery-5)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH f USING COVERING INDEX events_seq (tenant_id=?)
-- plan:   SCALAR SUBQUERY 1
-- plan:     SCAN sealing
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT position, seq, at, event, found, tenant_id, seal, resource_type, resource_id
FROM (WITH shown AS MATERIALIZED (SELECT e.position, e.seq, e.at, e.tenant_id, e.resource_type, e.resource_id, rtrim(json_object('v', 1, 'id', 'evt_1_' || e.position, 'tenant', e.tenant_id, 'tenant_external_id', t.external_id, 'seq', e.seq, 'at', e.at, 'type', e.type, 'version', e.body ->> '$.version', 'actor', json_object('kind', e.actor_kind, 'id', e.actor_id, 'label', e.body ->> '$.label'), 'resource', iif(e.resource_id IS NULL, NULL, json_object('type', e.resource_type, 'id', e.resource_id, 'externalId', e.body ->> '$.externalId', 'name', e.body ->> '$.name')), 'request', e.request), '}') || coalesce(',"changes":' || CASE WHEN e.body -> '$.after' IS NULL
        AND e.body -> '$.before' IS NULL THEN e.body -> '$.changes'
      ELSE (SELECT '[' || group_concat(CASE WHEN a.type = 'object'
            AND a.key LIKE 'urn:%' THEN (SELECT group_concat('{"path":' || json_quote(a.key || ':' || x.key) || CASE WHEN instr(e.body -> '$.cut', json_quote(a.key || ':' || x.key)) THEN ',"before":null,"after":null,"cut":true}' WHEN a.path = '$.before' THEN ',"before":' || (e.body -> (a.path || '."' || a.key || '"."' || x.key || '"')) || ',"after":null}'
              ELSE ',"before":null,"after":' || (e.body -> (a.path || '."' || a.key || '"."' || x.key || '"')) || '}'
              END, ',')
            FROM json_each(a.value) x)
          ELSE '{"path":' || json_quote(a.key) || CASE WHEN instr(e.body -> '$.cut', json_quote(a.key)) THEN ',"before":null,"after":null,"cut":true}' WHEN a.path = '$.before' THEN ',"before":' || (e.body -> (a.path || '."' || a.key || '"')) || ',"after":null}'
          ELSE ',"before":null,"after":' || (e.body -> (a.path || '."' || a.key || '"')) || '}'
          END
          END, ',') || ']'
        FROM json_each(e.body, iif(e.body -> '$.after' IS NULL, '$.before', '$.after')) a)
      END, '') || coalesce(',"groups":' || (e.body -> '$.groups'), '') || coalesce(iif(e.body -> '$.groups' = '[]', NULL, ',"groups_version":' || (e.body -> '$.groups_version')), '') || coalesce(',"members":' || (e.body -> '$.members'), '') || coalesce(',"about":' || (e.body -> '$.about'), '') || '}' AS event, (SELECT json_object('seq', last_seq, 'head', head)
      FROM seals s
      WHERE s.tenant_id = e.tenant_id
        AND last_seq <= 9000000000000000
        AND typeof(last_seq) = 'integer'
        AND length(head) = 64
        AND typeof(head) = 'text'
      ORDER BY last_seq DESC
      LIMIT 1) AS seal
    FROM (SELECT position, tenant_id, seq, iif(typeof(at) = 'blob' OR octet_length(at) > 20000 OR instr(at, char(0)), '?', at) AS at, iif(typeof(type) = 'blob'
          OR octet_length(type) > 20000
          OR instr(type, char(0)), '?', type) AS type, iif(typeof(resource_type) = 'blob'
          OR octet_length(resource_type) > 20000
          OR instr(resource_type, char(0)), '?', resource_type) AS resource_type, iif(typeof(resource_id) = 'blob'
          OR octet_length(resource_id) > 20000
          OR instr(resource_id, char(0)), '?', resource_id) AS resource_id, iif(typeof(actor_kind) = 'blob'
          OR octet_length(actor_kind) > 20000
          OR instr(actor_kind, char(0)), '?', actor_kind) AS actor_kind, iif(typeof(actor_id) = 'blob'
          OR octet_length(actor_id) > 20000
          OR instr(actor_id, char(0)), '?', actor_id) AS actor_id, iif(typeof(request) = 'blob'
          OR octet_length(request) > 20000
          OR instr(request, char(0)), '?', request) AS request, iif(typeof(body) = 'text' AND json_valid(body), body, NULL) AS body
      FROM events
      WHERE tenant_id = ?1
        AND seq > coalesce((SELECT seq
          FROM events
          WHERE tenant_id = ?1
            AND seq <= 9000000000000000
            AND position <= ?2
          ORDER BY seq DESC
          LIMIT 1), 0)
        AND typeof(seq) = 'integer'
        AND +seq BETWEEN 1
        AND 9000000000000000
        AND +position <= 9000000000000000
        AND typeof(tenant_id) = 'integer'
      ORDER BY seq ASC
      LIMIT 100) e
    LEFT JOIN tenants t ON t.id = e.tenant_id
    WHERE (t.shard = 1 OR e.tenant_id = 0)
      AND NOT (e.type IN ('webhook.failing', 'webhook.disabled', 'webhook.test')
        AND e.body ->> '$.about' = ?3)
    LIMIT 20)
  SELECT *, count(*) OVER () AS found, sum(octet_length(event)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(event) AS before
  FROM shown)
WHERE before < 1000000
-- ?1 = 1
-- ?2 = 9
-- ?3 = "whk_019a000000007000800000000000000b"
-- plan: CO-ROUTINE (subquery-7)
-- plan:   CO-ROUTINE (subquery-9)
-- plan:     CO-ROUTINE (subquery-10)
-- plan:       MATERIALIZE shown
-- plan:         CO-ROUTINE e
-- plan:           SEARCH events USING INDEX events_seq (tenant_id=? AND seq>?)
-- plan:           SCALAR SUBQUERY 4
-- plan:             SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:         SCAN e
-- plan:         SEARCH t USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- plan:         CORRELATED SCALAR SUBQUERY 2
-- plan:           SCAN a VIRTUAL TABLE INDEX 3:
-- plan:           CORRELATED SCALAR SUBQUERY 1
-- plan:             SCAN x VIRTUAL TABLE INDEX 1:
-- plan:         CORRELATED SCALAR SUBQUERY 3
-- plan:           SEARCH s USING PRIMARY KEY (tenant_id=? AND last_seq<?)
-- plan:       SCAN shown
-- plan:     SCAN (subquery-10)
-- plan:   SCAN (subquery-9)
-- plan: SCAN (subquery-7)

UPDATE webhook_cursors
SET position = ?1, until = ?2, resume = ?2, lease_until = ?3
WHERE webhook_id = ?4
  AND shard = 1
  AND lease IN (?5, '?' || ?5)
RETURNING lease = ?5
-- ?1 = 10
-- ?2 = NULL
-- ?3 = "2026-01-01T00:01:00.012Z"
-- ?4 = "whk_019a000000007000800000000000000b"
-- ?5 = "019a0000-0000-7000-8000-00000000000e"
-- plan: SEARCH webhook_cursors USING PRIMARY KEY (webhook_id=? AND shard=?)

INSERT INTO webhook_deliveries (webhook_id, n, tenant_id, event, at, attempt, status, milliseconds, reply, outcome)
SELECT id, coalesce((SELECT max(n) FROM webhook_deliveries WHERE webhook_id = ?1), 0) + 1, ?2, ?3, ?4, ?2, ?5, ?6, ?7, 'delivered'
FROM webhooks
WHERE id = ?1
  AND EXISTS (SELECT 1
  FROM webhook_cursors c
  WHERE c.webhook_id = ?1
    AND c.shard = 1
    AND c.lease IN (?8, '?' || ?8))
-- ?1 = "whk_019a000000007000800000000000000b"
-- ?2 = 1
-- ?3 = "evt_1_10"
-- ?4 = "2026-01-01T00:00:00.012Z"
-- ?5 = 204
-- ?6 = 0
-- ?7 = ""
-- ?8 = "019a0000-0000-7000-8000-00000000000e"
-- plan: SEARCH webhooks USING PRIMARY KEY (id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH c USING PRIMARY KEY (webhook_id=? AND shard=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH webhook_deliveries USING PRIMARY KEY (webhook_id=?)

DELETE
FROM webhook_deliveries
WHERE webhook_id = ?1
  AND n <= (SELECT max(n) FROM webhook_deliveries WHERE webhook_id = ?1) - 200
-- ?1 = "whk_019a000000007000800000000000000b"
-- plan: SEARCH webhook_deliveries USING PRIMARY KEY (webhook_id=? AND n<?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH webhook_deliveries USING PRIMARY KEY (webhook_id=?)

UPDATE webhooks
SET last_status = ?1
WHERE id = ?2
  AND last_status IS NOT ?1
  AND EXISTS (SELECT 1
  FROM webhook_cursors c
  WHERE c.webhook_id = ?2
    AND c.shard = 1
    AND c.lease IN (?3, '?' || ?3))
-- ?1 = 204
-- ?2 = "whk_019a000000007000800000000000000b"
-- ?3 = "019a0000-0000-7000-8000-00000000000e"
-- plan: SEARCH webhooks USING PRIMARY KEY (id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH c USING PRIMARY KEY (webhook_id=? AND shard=?)

UPDATE webhook_cursors
SET lease_until = ?1
WHERE webhook_id = ?2
  AND shard = 1
  AND ltrim(lease, '!?') = ?3
RETURNING lease <> ?3
-- ?1 = "2026-01-01T00:00:00.012Z"
-- ?2 = "whk_019a000000007000800000000000000b"
-- ?3 = "019a0000-0000-7000-8000-00000000000e"
-- plan: SEARCH webhook_cursors USING PRIMARY KEY (webhook_id=? AND shard=?)

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT json_object('id', n.id, 'name', n.name, 'external_id', n.external_id, 'metadata', json(n.metadata), 'state', n.state, 'shard', n.shard, 'settings', json(n.settings), 'settings_without_effect', json_array(), 'users', coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = 'User'), 0), 'groups', coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = 'Group'), 0), 'credentials', json_object('tokens', (SELECT count(*)
      FROM tokens
      WHERE tenant_id = n.id
        AND client_id IS NULL
        AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > ?1)), 'clients', (SELECT count(*) FROM clients WHERE tenant_id = n.id AND revoked_at IS NULL)), 'created_at', n.created_at, 'last_request_at', nullif(n.last_request_at, '')) AS shape
FROM tenants n
WHERE n.id = ?2
  AND n.state <> 'deleted'
-- ?1 = "2026-01-01T00:00:00.013Z"
-- ?2 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)
-- plan: CORRELATED SCALAR SUBQUERY 1
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: CORRELATED SCALAR SUBQUERY 3
-- plan:   SEARCH tokens USING COVERING INDEX tokens_listed (tenant_id=?)
-- plan: CORRELATED SCALAR SUBQUERY 4
-- plan:   SEARCH clients USING INDEX clients_tenant (tenant_id=?)
