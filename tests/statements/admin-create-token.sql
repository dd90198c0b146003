-- POST /admin/v1/tenants/1/tokens
-- {"label":"ada's","subject":"019a0000-0000-7000-8000-000000000001"}

SELECT n.id, n.name, n.settings, n.shard, n.external_id
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT json_extract('{}', CASE WHEN EXISTS (SELECT 1 FROM users WHERE tenant_id = ?1 AND id = ?2) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000001"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH users USING COVERING INDEX users_id (tenant_id=? AND id=?)

INSERT INTO tokens (hash, tenant_id, label, subject, created_at, expires_at, id, scopes, last4)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
-- ?1 = "8d16c56d34b3943129def68e771e01cd57dc8afbb24ea127e05b5a010472e99b"
-- ?2 = 1
-- ?3 = "ada's"
-- ?4 = "019a0000-0000-7000-8000-000000000001"
-- ?5 = "2026-01-01T00:00:00.010Z"
-- ?6 = NULL
-- ?7 = "tok_019a000000007000800000000000000e"
-- ?8 = "[\"write\"]"
-- ?9 = "dN1T"

SELECT json_object('id', t.id, 'label', t.label, 'scopes', json(t.scopes), 'subject', t.subject, 'created_at', t.created_at, 'expires_at', t.expires_at, 'revoked_at', t.revoked_at, 'last_used', t.last_used_at, 'last4', t.last4) AS shape
FROM tokens t
WHERE t.tenant_id = ?1
  AND t.id = ?2
-- ?1 = 1
-- ?2 = "tok_019a000000007000800000000000000e"
-- plan: SEARCH t USING INDEX tokens_id (tenant_id=? AND id=?)
