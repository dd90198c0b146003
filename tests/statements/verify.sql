-- GET /tenants/1/events/verify

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT CAST(last AS INTEGER), sealed, iif((SELECT trimmed FROM sealing) > 0, max(first - 1, 0), 0), first
FROM (SELECT (SELECT max(seq) FROM events WHERE tenant_id = ?1 AND seq <= 9000000000000000) AS last, (SELECT last_seq
    FROM seals
    WHERE tenant_id = ?1
      AND last_seq <= 9000000000000000
      AND typeof(last_seq) = 'integer'
    ORDER BY last_seq DESC
    LIMIT 1) AS sealed, (SELECT CAST(max(-9000000000000000, min(9000000000000000, min(seq))) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1) AS first)
-- ?1 = 1
-- plan: CO-ROUTINE (subquery-5)
-- plan:   SCAN CONSTANT ROW
-- plan:   SCALAR SUBQUERY 2
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:   SCALAR SUBQUERY 3
-- plan:     SEARCH seals USING PRIMARY KEY (tenant_id=? AND last_seq<?)
-- plan:   SCALAR SUBQUERY 4
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=?)
-- plan: SCAN (subquery-5)
-- plan: SCALAR SUBQUERY 1
-- plan:   SCAN sealing

SELECT count(*), CAST(min(9000000000000000, max(seq) FILTER (WHERE position <= (SELECT max(position)
        FROM sealing HAVING count(*) = 1
          AND min(iif(typeof(position) = 'integer'
              AND position BETWEEN 0
              AND 9000000000000000, position, -1)) BETWEEN 0
          AND coalesce((SELECT max(position) FROM events WHERE position <= 9000000000000000), 0)
          AND min(iif(typeof(trimmed) = 'integer'
              AND trimmed BETWEEN 0
              AND 9000000000000000, trimmed, -1)) >= 0))) AS INTEGER), (SELECT max(position)
  FROM sealing HAVING count(*) = 1
    AND min(iif(typeof(position) = 'integer'
        AND position BETWEEN 0
        AND 9000000000000000, position, -1)) BETWEEN 0
    AND coalesce((SELECT max(position) FROM events WHERE position <= 9000000000000000), 0)
    AND min(iif(typeof(trimmed) = 'integer'
        AND trimmed BETWEEN 0
        AND 9000000000000000, trimmed, -1)) >= 0)
FROM events
WHERE tenant_id = ?1
  AND seq > coalesce((SELECT last_seq
    FROM seals
    WHERE tenant_id = ?1
      AND last_seq <= 9000000000000000
      AND typeof(last_seq) = 'integer'
    ORDER BY last_seq DESC
    LIMIT 1), 0)
-- ?1 = 1
-- plan: SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq>?)
-- plan: SCALAR SUBQUERY 5
-- plan:   SEARCH seals USING PRIMARY KEY (tenant_id=? AND last_seq<?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN sealing
-- plan:   SCALAR SUBQUERY 1
-- plan:     SEARCH events USING INTEGER PRIMARY KEY (rowid<?)
-- plan: SCALAR SUBQUERY 4
-- plan:   SCAN sealing
-- plan:   SCALAR SUBQUERY 3
-- plan:     SEARCH events USING INTEGER PRIMARY KEY (rowid<?)

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
ORDER BY seals.last_seq
LIMIT 20
-- ?1 = 1
-- plan: SEARCH seals USING PRIMARY KEY (tenant_id=?)
