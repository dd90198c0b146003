-- GET /tenants/1/events/verify

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT (SELECT max(seq) FROM events WHERE tenant_id = ?1), (SELECT max(last_seq) FROM seals WHERE tenant_id = ?1), iif((SELECT trimmed FROM sealing) > 0, (SELECT min(seq) - 1 FROM events WHERE tenant_id = ?1), 0)
-- ?1 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH seals USING PRIMARY KEY (tenant_id=?)
-- plan: SCALAR SUBQUERY 3
-- plan:   SCAN sealing
-- plan: SCALAR SUBQUERY 4
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=?)

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

SELECT e.seq, json_array(e.tenant_id, e.seq, e.at, e.type, e.resource_type, e.resource_id, e.actor_kind, e.actor_id, e.request) AS fields, coalesce(e.salt, '') || e.body AS content, e.digest AS digest
FROM events e
WHERE e.tenant_id = ?1
  AND e.seq > ?2
  AND e.seq <= ?3
  AND +e.position > coalesce((SELECT position FROM events WHERE tenant_id = ?1 AND seq = ?2), 0)
ORDER BY +e.position
LIMIT 501
-- ?1 = 1
-- ?2 = 0
-- ?3 = 8
-- plan: SEARCH e USING INDEX events_seq (tenant_id=? AND seq>? AND seq<?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq=?)
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT count(*), max(seq) FILTER (WHERE position <= (SELECT position FROM sealing))
FROM events
WHERE tenant_id = ?1
  AND seq > ?2
-- ?1 = 1
-- ?2 = 8
-- plan: SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq>?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SCAN sealing
