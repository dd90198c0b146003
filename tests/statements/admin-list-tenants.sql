-- GET /admin/v1/tenants?limit=10

SELECT id, scopes, tenant_id, last_used_at, label
FROM operator_tokens
WHERE hash = ?1
  AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > ?2)
-- ?1 = "77db459e925ec879f0cfee83b4fe5d611e6bfa76781add28f36195cbba14aceb"
-- ?2 = "2026-01-01T00:00:00.008Z"
-- plan: SEARCH operator_tokens USING INDEX sqlite_autoindex_operator_tokens_2 (hash=?)

SELECT n.id || '' AS key, json_replace(json_object('id', n.id, 'name', n.name, 'external_id', n.external_id, 'metadata', json(n.metadata), 'state', n.state, 'shard', n.shard, 'settings', json(n.settings), 'settings_without_effect', json_array(), 'users', coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = 'User'), 0), 'groups', coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = 'Group'), 0), 'credentials', json_object('tokens', (SELECT count(*)
        FROM tokens
        WHERE tenant_id = n.id
          AND client_id IS NULL
          AND revoked_at IS NULL
          AND (expires_at IS NULL OR expires_at > ?1)), 'clients', (SELECT count(*) FROM clients WHERE tenant_id = n.id AND revoked_at IS NULL)), 'created_at', n.created_at, 'last_request_at', nullif(n.last_request_at, '')), iif(n.shard = 1, '$.none', '$.users'), NULL, iif(n.shard = 1, '$.none', '$.groups'), NULL, iif(n.shard = 1, '$.none', '$.credentials'), NULL) AS shape, n.shard
FROM tenants n
WHERE n.id > ?2
  AND n.state NOT IN ('deleted', 'creating')
ORDER BY n.id
LIMIT 11
-- ?1 = "2026-01-01T00:00:00.008Z"
-- ?2 = 0
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid>?)
-- plan: CORRELATED SCALAR SUBQUERY 1
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: CORRELATED SCALAR SUBQUERY 3
-- plan:   SEARCH tokens USING COVERING INDEX tokens_listed (tenant_id=?)
-- plan: CORRELATED SCALAR SUBQUERY 4
-- plan:   SEARCH clients USING INDEX clients_tenant (tenant_id=?)
