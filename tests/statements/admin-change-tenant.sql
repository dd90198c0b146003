-- PATCH /admin/v1/tenants/ext:org
-- {"external_id":null,"metadata":{"plan":"gold"},"state":"suspended"}

SELECT n.id, n.name, n.settings, n.shard, n.external_id
FROM tenants n
WHERE n.external_id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = "org"
-- plan: SEARCH n USING INDEX tenants_external_id (external_id=?)

UPDATE tenants
SET name = coalesce(?1, name), external_id = ?1, metadata = coalesce(nullif(json_patch(metadata, ?2), 'null'), '{}'), state = coalesce(?3, state), settings = coalesce(nullif(json_patch(settings, ?4), 'null'), '{}')
WHERE id = ?5
  AND state IN ('active', 'suspended')
-- ?1 = NULL
-- ?2 = "{\"plan\":\"gold\"}"
-- ?3 = "suspended"
-- ?4 = "{}"
-- ?5 = 2
-- plan: SEARCH tenants USING INTEGER PRIMARY KEY (rowid=?)

SELECT json_extract('{}', CASE WHEN (SELECT count(*) FROM tenants n, json_each(n.metadata) WHERE n.id = ?1) <= 10 THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 2
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH n USING INTEGER PRIMARY KEY (rowid=?)
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:

SELECT json_object('id', n.id, 'name', n.name, 'external_id', n.external_id, 'metadata', json(n.metadata), 'state', n.state, 'shard', n.shard, 'settings', json(n.settings), 'settings_without_effect', (SELECT json_group_array(key)
    FROM json_each(n.settings)
    WHERE key IN ('deletes', 'keep_days', 'rehire', 'brake')
      OR value = 'pend'), 'users', coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = 'User'), 0), 'groups', coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = 'Group'), 0), 'credentials', json_object('tokens', (SELECT count(*)
      FROM tokens
      WHERE tenant_id = n.id
        AND client_id IS NULL
        AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > ?1)), 'clients', (SELECT count(*) FROM clients WHERE tenant_id = n.id AND revoked_at IS NULL)), 'created_at', n.created_at, 'last_request_at', nullif(n.last_request_at, '')) AS shape
FROM tenants n
WHERE n.id = ?2
  AND n.state <> 'deleted'
-- ?1 = "2026-01-01T00:00:00.009Z"
-- ?2 = 2
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)
-- plan: CORRELATED SCALAR SUBQUERY 1
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: CORRELATED SCALAR SUBQUERY 3
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: CORRELATED SCALAR SUBQUERY 4
-- plan:   SEARCH tokens USING INDEX tokens_id (tenant_id=?)
-- plan: CORRELATED SCALAR SUBQUERY 5
-- plan:   SEARCH clients USING INDEX clients_tenant (tenant_id=?)
