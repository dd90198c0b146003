-- GET /admin/v1/tenants/1/tokens

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT t.id, json_object('id', t.id, 'label', t.label, 'scopes', json(t.scopes), 'subject', t.subject, 'created_at', t.created_at, 'expires_at', t.expires_at, 'revoked_at', t.revoked_at, 'last_used', t.last_used_at, 'last4', t.last4) AS shape
FROM tokens t
WHERE t.tenant_id = ?1
  AND t.id > ?2
  AND t.client_id IS NULL
ORDER BY t.id
LIMIT 51
-- ?1 = 1
-- ?2 = ""
-- plan: SEARCH t USING INDEX tokens_listed (tenant_id=? AND id>?)
