-- POST /oauth/token

INSERT INTO tokens (hash, tenant_id, label, created_at, expires_at, id, scopes, last4, client_id)
SELECT ?1, c.tenant_id, iif(json_extract('{}', coalesce((SELECT CASE state WHEN 'suspended' THEN 'tenant suspended'
        ELSE 'unknown token'
        END
        FROM tenants INDEXED BY tenants_closed
        WHERE id = c.tenant_id
          AND state <> 'active'), '$')) IS NULL, NULL, c.label), ?2, ?3, ?4, ?5, ?6, c.id
FROM clients c
WHERE c.id = ?7
  AND c.revoked_at IS NULL
  AND EXISTS (SELECT 1
  FROM tenants n
  WHERE n.id = c.tenant_id
    AND n.state IN ('active', 'suspended'))
  AND c.kind = ?8
  AND EXISTS (SELECT 1
  FROM client_secrets s
  WHERE s.tenant_id = c.tenant_id
    AND s.client_id = c.id
    AND s.hash = ?9
    AND (s.expires_at IS NULL OR s.expires_at > ?2))
RETURNING tenant_id
-- ?1 = "8d16c56d34b3943129def68e771e01cd57dc8afbb24ea127e05b5a010472e99b"
-- ?2 = "2026-01-01T00:00:00.007Z"
-- ?3 = "2026-01-01T01:00:00.007Z"
-- ?4 = "tok_019a000000007000800000000000000e"
-- ?5 = "[\"write\"]"
-- ?6 = "dN1T"
-- ?7 = "cli_1_019a000000007000800000000000000b"
-- ?8 = "secret"
-- ?9 = "a7a9fa46aab4cf2f0cabe839d184e2a6dbc2909ef2249829df8991aac29eeef8"
-- plan: SEARCH c USING PRIMARY KEY (id=?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH n USING INTEGER PRIMARY KEY (rowid=?)
-- plan: CORRELATED SCALAR SUBQUERY 3
-- plan:   SEARCH s USING PRIMARY KEY (tenant_id=? AND client_id=?)
-- plan: CORRELATED SCALAR SUBQUERY 1
-- plan:   SEARCH tenants USING COVERING INDEX tenants_closed (id=?)
