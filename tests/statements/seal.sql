--  a minute that seals

SELECT e.position, e.tenant_id, substr(iif(typeof(e.resource_id) = 'blob'
      OR octet_length(e.resource_id) > 20000
      OR instr(e.resource_id, char(0)), '?', e.resource_id), -8) AS resource, CASE WHEN typeof(e.seq) <> 'integer'
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
    OR instr(e.digest, char(0)), '?', e.digest) AS digest, iif((SELECT max(position)
    FROM sealing HAVING count(*) = 1
      AND min(iif(typeof(position) = 'integer'
          AND position BETWEEN 0
          AND 9000000000000000, position, -1)) BETWEEN 0
      AND coalesce((SELECT max(position) FROM events WHERE position <= 9000000000000000), 0)
      AND min(iif(typeof(trimmed) = 'integer'
          AND trimmed BETWEEN 0
          AND 9000000000000000, trimmed, -1)) >= 0) IS NULL, -1, (SELECT trimmed FROM sealing)) AS trimmed
FROM (SELECT *
  FROM (SELECT *, sum(octet_length(body)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) - octet_length(body) AS before
    FROM (SELECT *
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
        AND position <= 9000000000000000
        AND typeof(tenant_id) = 'integer'
        AND +tenant_id BETWEEN 0
        AND 9000000000000000
      ORDER BY position
      LIMIT 500))
  WHERE coalesce(before, 0) < 1000000) e
ORDER BY e.position
-- plan: CO-ROUTINE (subquery-7)
-- plan:   CO-ROUTINE (subquery-10)
-- plan:     CO-ROUTINE (subquery-6)
-- plan:       SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)
-- plan:       SCALAR SUBQUERY 5
-- plan:         SCAN sealing
-- plan:         SCALAR SUBQUERY 4
-- plan:           SEARCH events USING INTEGER PRIMARY KEY (rowid<?)
-- plan:     SCAN (subquery-6)
-- plan:   SCAN (subquery-10)
-- plan: SCAN (subquery-7)
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN sealing
-- plan:   SCALAR SUBQUERY 1
-- plan:     SEARCH events USING INTEGER PRIMARY KEY (rowid<?)
-- plan: SCALAR SUBQUERY 3
-- plan:   SCAN sealing
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT d.tenant_id, coalesce(s.last_seq, 0) AS last_seq, coalesce(iif(typeof(s.head) = 'blob'
      OR octet_length(s.head) > 20000
      OR instr(s.head, char(0)), '?', s.head), '') AS head
FROM (SELECT DISTINCT tenant_id
  FROM (SELECT *
    FROM (SELECT *, sum(octet_length(body)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) - octet_length(body) AS before
      FROM (SELECT *
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
          AND position <= 9000000000000000
          AND typeof(tenant_id) = 'integer'
          AND +tenant_id BETWEEN 0
          AND 9000000000000000
        ORDER BY position
        LIMIT 500))
    WHERE coalesce(before, 0) < 1000000)) d
LEFT JOIN tenants t ON t.id = d.tenant_id
LEFT JOIN seals s ON s.tenant_id = d.tenant_id
  AND typeof(s.last_seq) = 'integer'
  AND s.last_seq = (SELECT max(last_seq)
  FROM seals
  WHERE tenant_id = d.tenant_id
    AND last_seq <= 9000000000000000)
  AND s.last_seq > 0
WHERE d.tenant_id = 0
  OR t.id IS NOT NULL
-- plan: CO-ROUTINE d
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-9)
-- plan:       CO-ROUTINE (subquery-3)
-- plan:         SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)
-- plan:         SCALAR SUBQUERY 2
-- plan:           SCAN sealing
-- plan:           SCALAR SUBQUERY 1
-- plan:             SEARCH events USING INTEGER PRIMARY KEY (rowid<?)
-- plan:       SCAN (subquery-3)
-- plan:     SCAN (subquery-9)
-- plan:   SCAN (subquery-4)
-- plan:   USE TEMP B-TREE FOR DISTINCT
-- plan: SCAN d
-- plan: SEARCH t USING COVERING INDEX tenants_settings (id=?) LEFT-JOIN
-- plan: SEARCH s USING PRIMARY KEY (tenant_id=? AND last_seq=?) LEFT-JOIN
-- plan: CORRELATED SCALAR SUBQUERY 7
-- plan:   SEARCH seals USING PRIMARY KEY (tenant_id=? AND last_seq<?)

UPDATE sealing
SET position = ?1
WHERE position < ?1
-- ?1 = 8
-- plan: SCAN sealing

SELECT e.position, e.tenant_id, substr(iif(typeof(e.resource_id) = 'blob'
      OR octet_length(e.resource_id) > 20000
      OR instr(e.resource_id, char(0)), '?', e.resource_id), -8) AS resource, CASE WHEN typeof(e.seq) <> 'integer'
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
    OR instr(e.digest, char(0)), '?', e.digest) AS digest, iif((SELECT max(position)
    FROM sealing HAVING count(*) = 1
      AND min(iif(typeof(position) = 'integer'
          AND position BETWEEN 0
          AND 9000000000000000, position, -1)) BETWEEN 0
      AND coalesce((SELECT max(position) FROM events WHERE position <= 9000000000000000), 0)
      AND min(iif(typeof(trimmed) = 'integer'
          AND trimmed BETWEEN 0
          AND 9000000000000000, trimmed, -1)) >= 0) IS NULL, -1, (SELECT trimmed FROM sealing)) AS trimmed
FROM (SELECT *
  FROM (SELECT *, sum(octet_length(body)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) - octet_length(body) AS before
    FROM (SELECT *
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
        AND position <= 9000000000000000
        AND typeof(tenant_id) = 'integer'
        AND +tenant_id BETWEEN 0
        AND 9000000000000000
      ORDER BY position
      LIMIT 500))
  WHERE coalesce(before, 0) < 1000000) e
ORDER BY e.position
-- plan: CO-ROUTINE (subquery-7)
-- plan:   CO-ROUTINE (subquery-10)
-- plan:     CO-ROUTINE (subquery-6)
-- plan:       SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)
-- plan:       SCALAR SUBQUERY 5
-- plan:         SCAN sealing
-- plan:         SCALAR SUBQUERY 4
-- plan:           SEARCH events USING INTEGER PRIMARY KEY (rowid<?)
-- plan:     SCAN (subquery-6)
-- plan:   SCAN (subquery-10)
-- plan: SCAN (subquery-7)
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN sealing
-- plan:   SCALAR SUBQUERY 1
-- plan:     SEARCH events USING INTEGER PRIMARY KEY (rowid<?)
-- plan: SCALAR SUBQUERY 3
-- plan:   SCAN sealing
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT d.tenant_id, coalesce(s.last_seq, 0) AS last_seq, coalesce(iif(typeof(s.head) = 'blob'
      OR octet_length(s.head) > 20000
      OR instr(s.head, char(0)), '?', s.head), '') AS head
FROM (SELECT DISTINCT tenant_id
  FROM (SELECT *
    FROM (SELECT *, sum(octet_length(body)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) - octet_length(body) AS before
      FROM (SELECT *
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
          AND position <= 9000000000000000
          AND typeof(tenant_id) = 'integer'
          AND +tenant_id BETWEEN 0
          AND 9000000000000000
        ORDER BY position
        LIMIT 500))
    WHERE coalesce(before, 0) < 1000000)) d
LEFT JOIN tenants t ON t.id = d.tenant_id
LEFT JOIN seals s ON s.tenant_id = d.tenant_id
  AND typeof(s.last_seq) = 'integer'
  AND s.last_seq = (SELECT max(last_seq)
  FROM seals
  WHERE tenant_id = d.tenant_id
    AND last_seq <= 9000000000000000)
  AND s.last_seq > 0
WHERE d.tenant_id = 0
  OR t.id IS NOT NULL
-- plan: CO-ROUTINE d
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-9)
-- plan:       CO-ROUTINE (subquery-3)
-- plan:         SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)
-- plan:         SCALAR SUBQUERY 2
-- plan:           SCAN sealing
-- plan:           SCALAR SUBQUERY 1
-- plan:             SEARCH events USING INTEGER PRIMARY KEY (rowid<?)
-- plan:       SCAN (subquery-3)
-- plan:     SCAN (subquery-9)
-- plan:   SCAN (subquery-4)
-- plan:   USE TEMP B-TREE FOR DISTINCT
-- plan: SCAN d
-- plan: SEARCH t USING COVERING INDEX tenants_settings (id=?) LEFT-JOIN
-- plan: SEARCH s USING PRIMARY KEY (tenant_id=? AND last_seq=?) LEFT-JOIN
-- plan: CORRELATED SCALAR SUBQUERY 7
-- plan:   SEARCH seals USING PRIMARY KEY (tenant_id=? AND last_seq<?)

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
-- ?1 = "2026-01-01T00:00:00.007Z"
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
