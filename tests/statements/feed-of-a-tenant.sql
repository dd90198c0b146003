-- GET /tenants/1/events?limit=2

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT position, seq, looks, (SELECT f.seq > 1 + coalesce(?1, iif(f.position > ?2 AND ?2 < (SELECT trimmed FROM sealing), 0, f.seq))
  FROM events f
  WHERE f.tenant_id = ?3
  ORDER BY f.seq
  LIMIT 1) AS is_trimmed
FROM (SELECT *, row_number() OVER () AS looks
  FROM (SELECT position, seq
    FROM events
    WHERE tenant_id = ?3
      AND seq > ?2
      AND typeof(seq) = 'integer'
      AND +seq BETWEEN 1
      AND 9000000000000000
      AND +position <= 9000000000000000
      AND typeof(tenant_id) = 'integer'
    ORDER BY seq ASC
    LIMIT 3))
ORDER BY looks DESC
LIMIT 1
-- ?1 = NULL
-- ?2 = 0
-- ?3 = 1
-- plan: CO-ROUTINE (subquery-4)
-- plan:   CO-ROUTINE (subquery-6)
-- plan:     SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq>?)
-- plan:   SCAN (subquery-6)
-- plan: SCAN (subquery-4)
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
        AND seq > ?2
        AND typeof(seq) = 'integer'
        AND +seq BETWEEN 1
        AND 9000000000000000
        AND +position <= 9000000000000000
        AND typeof(tenant_id) = 'integer'
      ORDER BY seq ASC
      LIMIT 3) e
    LEFT JOIN tenants t ON t.id = e.tenant_id
    WHERE (t.shard = 1 OR e.tenant_id = 0)
    LIMIT 3)
  SELECT *, count(*) OVER () AS found, sum(octet_length(event)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(event) AS before
  FROM shown)
WHERE before < 1000000
-- ?1 = 1
-- ?2 = 0
-- plan: CO-ROUTINE (subquery-6)
-- plan:   CO-ROUTINE (subquery-8)
-- plan:     CO-ROUTINE (subquery-9)
-- plan:       MATERIALIZE shown
-- plan:         CO-ROUTINE e
-- plan:           SEARCH events USING INDEX events_seq (tenant_id=? AND seq>?)
-- plan:         SCAN e
-- plan:         SEARCH t USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- plan:         CORRELATED SCALAR SUBQUERY 2
-- plan:           SCAN a VIRTUAL TABLE INDEX 3:
-- plan:           CORRELATED SCALAR SUBQUERY 1
-- plan:             SCAN x VIRTUAL TABLE INDEX 1:
-- plan:         CORRELATED SCALAR SUBQUERY 3
-- plan:           SEARCH s USING PRIMARY KEY (tenant_id=? AND last_seq<?)
-- plan:       SCAN shown
-- plan:     SCAN (subquery-9)
-- plan:   SCAN (subquery-8)
-- plan: SCAN (subquery-6)
