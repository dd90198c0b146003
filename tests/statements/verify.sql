-- GET /tenants/1/events/verify

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT CAST(last AS INTEGER), sealed, iif((SELECT trimmed FROM sealing) > 0, max(CAST(first AS INTEGER) - 1, 0), 0), CAST(first AS INTEGER)
FROM (SELECT (SELECT max(seq) FROM events WHERE tenant_id = ?1 AND seq < '') AS last, (SELECT max(last_seq) FROM seals WHERE tenant_id = ?1) AS sealed, (SELECT min(seq) FROM events WHERE tenant_id = ?1) AS first)
-- ?1 = 1
-- plan: CO-ROUTINE (subquery-5)
-- plan:   SCAN CONSTANT ROW
-- plan:   SCALAR SUBQUERY 2
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:   SCALAR SUBQUERY 3
-- plan:     SEARCH seals USING PRIMARY KEY (tenant_id=?)
-- plan:   SCALAR SUBQUERY 4
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=?)
-- plan: SCAN (subquery-5)
-- plan: SCALAR SUBQUERY 1
-- plan:   SCAN sealing

SELECT prev_seq, last_seq, head, mac, key, start
FROM seals
WHERE tenant_id = ?1
  AND last_seq >= ?1
ORDER BY last_seq
LIMIT 40
-- ?1 = 1
-- plan: SEARCH seals USING PRIMARY KEY (tenant_id=? AND last_seq>?)

SELECT prev_seq, last_seq, head, mac, key, start
FROM seals
WHERE tenant_id = ?1
  AND last_seq < ?1
ORDER BY last_seq DESC
LIMIT 1
-- ?1 = 1
-- plan: SEARCH seals USING PRIMARY KEY (tenant_id=? AND last_seq<?)

SELECT count(*), CAST(max(seq) FILTER (WHERE position <= (SELECT position FROM sealing)) AS INTEGER)
FROM events
WHERE tenant_id = ?1
  AND seq > ?2
-- ?1 = 1
-- ?2 = 0
-- plan: SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq>?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SCAN sealing
