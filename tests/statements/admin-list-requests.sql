-- GET /admin/v1/tenants/1/requests?status=4xx&method=PATCH&since=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z&resource=7&text=okta&after=req_9&limit=10

SELECT id, scopes, tenant_id, last_used_at, label
FROM operator_tokens
WHERE hash = ?1
  AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > ?2)
-- ?1 = "77db459e925ec879f0cfee83b4fe5d611e6bfa76781add28f36195cbba14aceb"
-- ?2 = "2026-01-01T00:00:00.012Z"
-- plan: SEARCH operator_tokens USING INDEX sqlite_autoindex_operator_tokens_2 (hash=?)

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT r.id, rtrim(json_object('id', r.id, 'at', r.at, 'method', r.method, 'path', r.path, 'query', r.query, 'status', r.status, 'scim_type', r.scim_type, 'detail', r.detail, 'operation', r.operation, 'attribute', r.attribute, 'milliseconds', r.milliseconds, 'trips', r.trips), '}') || ',' || ltrim(json_object('rows_read', r.rows_read, 'rows_written', r.rows_written, 'credential', json(r.credential), 'user_agent', r.user_agent, 'provider', r.provider, 'habits', json(r.habits), 'resources', json(r.resources), 'request_body', json(r.request_body), 'reply_body', json(r.reply_body)), '{') AS shape, r.found
FROM (SELECT *, count(*) OVER () AS found, sum(bytes) OVER (ORDER BY id DESC ROWS UNBOUNDED PRECEDING) - bytes AS before
  FROM (SELECT *
    FROM requests
    WHERE tenant_id = ?1
      AND id < coalesce(?2, 's')
      AND status BETWEEN ?3
      AND ?4
      AND method = coalesce(?5, method)
      AND at >= coalesce(?6, '')
      AND at < coalesce(?7, 'z')
      AND (?8 IS NULL OR instr(resources, ?8))
      AND (?9 IS NULL
        OR instr(lower(path || ' ' || query || ' ' || coalesce(detail, '') || ' ' || coalesce(user_agent, '') || habits || coalesce(request_body, '') || coalesce(reply_body, '')), ?9))
    ORDER BY id DESC
    LIMIT 11)) r
WHERE r.before < 1000000
ORDER BY r.id DESC
-- ?1 = 1
-- ?2 = "req_9"
-- ?3 = 400
-- ?4 = 499
-- ?5 = "PATCH"
-- ?6 = "2026-01-01T00:00:00.000Z"
-- ?7 = "2027-01-01T00:00:00.000Z"
-- ?8 = "\"7\""
-- ?9 = "okta"
-- plan: CO-ROUTINE r
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-5)
-- plan:       CO-ROUTINE (subquery-1)
-- plan:         SEARCH requests USING PRIMARY KEY (tenant_id=? AND id<?)
-- plan:       SCAN (subquery-1)
-- plan:     SCAN (subquery-5)
-- plan:   SCAN (subquery-4)
-- plan: SCAN r
-- plan: USE TEMP B-TREE FOR ORDER BY
