-- behind the reply to POST /Users
-- {"userName":"bob"}

UPDATE tokens
SET last_used_at = ?1
WHERE hash = ?2
  AND (last_used_at IS NULL OR last_used_at < ?1)
-- ?1 = "2026-01-01"
-- ?2 = "74e66d134185e303d9b385efd7c3e2b58723a2a12259aca8f706633075b2d345"
-- plan: SEARCH tokens USING PRIMARY KEY (hash=?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = (SELECT tenant_id
      FROM tokens
      WHERE hash = ?1
        AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > ?2))
      AND seq <= 9000000000000000), 0) + row_number() OVER (), ?2, h.kind, NULL, NULL, o.kind, o.id, ?3, json_object('label', o.label, 'about', h.about || '', 'changes', json(h.changes))
FROM (SELECT tenant_id, iif(client_id IS NULL, 'token', 'client') AS kind, coalesce(client_id, id) AS id, label
  FROM tokens
  WHERE hash = ?1
    AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > ?2)) o
CROSS JOIN (SELECT kind, about, (SELECT json_group_array(iif(coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0) > 12000, json_object('path', key, 'before', NULL, 'after', NULL, 'cut', json('true')), json_object('path', key, 'before', json(before), 'after', json(after))))
    FROM (SELECT key, nullif(t.before -> fullkey, 'null') AS before, nullif(t.after -> fullkey, 'null') AS after
      FROM (SELECT key, fullkey
        FROM json_each(t.before)
        UNION
        SELECT key, fullkey
        FROM json_each(t.after)))
    WHERE before IS NOT after) AS changes
  FROM (SELECT 'connection.first_request' AS kind, n.id AS about, '{}' AS before, json_object('last_request_at', ?4) AS after
    FROM tenants n
    WHERE n.id = ?5
      AND n.last_request_at = '') t) h
WHERE h.changes <> '[]'
-- ?1 = "74e66d134185e303d9b385efd7c3e2b58723a2a12259aca8f706633075b2d345"
-- ?2 = "2026-01-01T00:00:00.006Z"
-- ?3 = "req_019b76daa80600000000000000000001"
-- ?4 = "2026-01-01"
-- ?5 = 1
-- plan: CO-ROUTINE (subquery-11)
-- plan:   SEARCH tokens USING PRIMARY KEY (hash=?)
-- plan:   CORRELATED SCALAR SUBQUERY 7
-- plan:     CO-ROUTINE (subquery-5)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-5)
-- plan:   SEARCH n USING INTEGER PRIMARY KEY (rowid=?)
-- plan:   CORRELATED SCALAR SUBQUERY 7
-- plan:     CO-ROUTINE (subquery-5)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-5)
-- plan: SCAN (subquery-11)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:   SCALAR SUBQUERY 1
-- plan:     SEARCH tokens USING PRIMARY KEY (hash=?)

UPDATE tenants
SET last_request_at = ?1
WHERE id = ?2
  AND last_request_at < ?1
  AND (changes() > 0 OR last_request_at <> '')
-- ?1 = "2026-01-01"
-- ?2 = 1
-- plan: SEARCH tenants USING INTEGER PRIMARY KEY (rowid=?)

INSERT
  OR IGNORE INTO requests (tenant_id, id, at, method, path, query, status, scim_type, detail, operation, attribute, milliseconds, trips, rows_read, rows_written, user_agent, provider, habits, resources, credential, request_body, reply_body)
SELECT n.id, r.value ->> 5, r.value ->> 6, r.value ->> 7, r.value ->> 8, r.value ->> 9, r.value ->> 10, r.value ->> 11, r.value ->> 12, r.value ->> 13, r.value ->> 14, r.value ->> 15, r.value ->> 16, r.value ->> 17, r.value ->> 18, r.value ->> 19, r.value ->> 20, r.value ->> 21, r.value ->> 22, coalesce(r.value ->> 4, json_object('kind', iif(t.client_id IS NULL, 'token', 'client'), 'id', coalesce(t.client_id, t.id), 'label', t.label)), CAST(substr(CAST(?1 AS BLOB), r.value ->> 25, iif(coalesce(n.settings ->> '$.request_log.bodies', 1), r.value ->> 23, NULL)) AS TEXT), CAST(substr(CAST(?1 AS BLOB), (r.value ->> 25) + coalesce(r.value ->> 23, 0), iif(coalesce(n.settings ->> '$.request_log.bodies', 1), r.value ->> 24, NULL)) AS TEXT)
FROM (SELECT value FROM json_each(?2) LIMIT -1) r
LEFT JOIN tokens t ON t.hash = r.value ->> 1
  AND (t.revoked_at IS NULL OR t.revoked_at > r.value ->> 6)
  AND (t.expires_at IS NULL OR t.expires_at > r.value ->> 6)
CROSS JOIN tenants n ON n.id = coalesce(r.value ->> 0, t.tenant_id)
WHERE n.state <> 'deleted'
  AND CASE coalesce(n.settings ->> '$.request_log.mode', 'changes') WHEN 'all' THEN 1 WHEN 'changes' THEN r.value ->> 2 WHEN 'failures' THEN r.value ->> 3
ELSE 0
END
-- ?1 = "{\"userName\":\"bob\"}{\"detail\":\"Another resource has this userName; letter case makes no difference. Find it with a filter on userName and update it, or choose another value.\",\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],\"scimType\":\"uniqueness\",\"status\":\"409\"}"
-- ?2 = "[[null,\"74e66d134185e303d9b385efd7c3e2b58723a2a12259aca8f706633075b2d345\",1,1,null,\"req_019b76daa80600000000000000000001\",\"2026-01-01T00:00:00.006Z\",\"POST\",\"/Users\",\"\",409,\"uniqueness\",\"Another resource has this userName; letter case makes no difference. Find it with a filter on user … (239 bytes more)
-- plan: CO-ROUTINE r
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan: SCAN r
-- plan: SEARCH t USING PRIMARY KEY (hash=?) LEFT-JOIN
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

WITH RECURSIVE logs (tenant_id) AS (SELECT min(tenant_id)
  FROM requests
  UNION ALL
  SELECT (SELECT min(r.tenant_id) FROM requests r WHERE r.tenant_id > logs.tenant_id)
  FROM logs
  WHERE logs.tenant_id IS NOT NULL)
SELECT tenant_id
FROM logs
WHERE tenant_id % 60 = 1
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

DELETE
FROM requests
WHERE tenant_id = ?1
  AND id IN (SELECT id
  FROM (SELECT id, row_number() OVER newest AS number, sum(bytes) OVER newest AS total
    FROM requests
    WHERE tenant_id = ?1 WINDOW newest AS (ORDER BY id DESC ROWS UNBOUNDED PRECEDING))
  WHERE number > 10000
    OR total > 20000000
    OR id < (SELECT printf('req_%012x', 1767225600000 - 86400000 * coalesce(settings ->> '$.request_log.days', 7))
    FROM tenants
    WHERE id = ?1)
  ORDER BY id
  LIMIT 1000)
-- ?1 = 1
-- plan: SEARCH requests USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 3
-- plan:   CO-ROUTINE (subquery-1)
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       SEARCH requests USING PRIMARY KEY (tenant_id=?)
-- plan:     SCAN (subquery-4)
-- plan:   SCAN (subquery-1)
-- plan:   SCALAR SUBQUERY 2
-- plan:     SEARCH tenants USING INTEGER PRIMARY KEY (rowid=?)
-- plan:   USE TEMP B-TREE FOR ORDER BY
