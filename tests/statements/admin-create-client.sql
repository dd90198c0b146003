-- POST /admin/v1/tenants/1/clients
-- {"label":"Entra"}

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

INSERT INTO clients (id, tenant_id, label, kind, issuer, subject, audience, jwks_uri, created_at)
VALUES (?1, ?2, ?3, 'secret', ?4, ?4, ?4, ?4, ?5)
-- ?1 = "cli_1_019a000000007000800000000000000f"
-- ?2 = 1
-- ?3 = "Entra"
-- ?4 = NULL
-- ?5 = "2026-01-01T00:00:00.013Z"

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + row_number() OVER (), ?2, h.kind, NULL, NULL, o.kind, o.id, ?3, json_object('label', o.label, 'about', h.about || '', 'changes', json(h.changes))
FROM (SELECT ?1 AS tenant_id, 'operator' AS kind, ?4 AS id, ?5 AS label) o
CROSS JOIN (SELECT kind, about, (SELECT json_group_array(iif(coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0) > 12000, json_object('path', key, 'before', NULL, 'after', NULL, 'cut', json('true')), json_object('path', key, 'before', json(before), 'after', json(after))))
    FROM (SELECT key, nullif(t.before -> fullkey, 'null') AS before, nullif(t.after -> fullkey, 'null') AS after
      FROM (SELECT key, fullkey
        FROM json_each(t.before)
        UNION
        SELECT key, fullkey
        FROM json_each(t.after)))
    WHERE before IS NOT after) AS changes
  FROM (SELECT 'client.created' AS kind, t.id AS about, '{}' AS before, json_object('label', t.label, 'kind', t.kind, 'issuer', t.issuer, 'subject', t.subject, 'audience', t.audience, 'jwks_uri', t.jwks_uri) AS after
    FROM clients t
    WHERE t.tenant_id = ?1
      AND t.id = ?6
      AND changes() > 0) t) h
WHERE h.changes <> '[]'
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.013Z"
-- ?3 = "req_019b76daa80d00000000000000000001"
-- ?4 = NULL
-- ?5 = "ADMIN_TOKEN"
-- ?6 = "cli_1_019a000000007000800000000000000f"
-- plan: CO-ROUTINE (subquery-10)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan:   SEARCH t USING PRIMARY KEY (id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-4)
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-4)
-- plan: SCAN (subquery-10)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + row_number() OVER (), ?2, h.kind, NULL, NULL, o.kind, o.id, ?3, json_object('label', o.label, 'about', h.about || '', 'changes', json(h.changes))
FROM (SELECT ?1 AS tenant_id, 'operator' AS kind, ?4 AS id, ?5 AS label) o
CROSS JOIN (SELECT kind, about, (SELECT json_group_array(iif(coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0) > 12000, json_object('path', key, 'before', NULL, 'after', NULL, 'cut', json('true')), json_object('path', key, 'before', json(before), 'after', json(after))))
    FROM (SELECT key, nullif(t.before -> fullkey, 'null') AS before, nullif(t.after -> fullkey, 'null') AS after
      FROM (SELECT key, fullkey
        FROM json_each(t.before)
        UNION
        SELECT key, fullkey
        FROM json_each(t.after)))
    WHERE before IS NOT after) AS changes
  FROM (SELECT 'client.secret_removed' AS kind, t.client_id AS about, json_object('n', t.n, 'expires_at', t.expires_at) AS before, '{}' AS after
    FROM client_secrets t
    WHERE t.tenant_id = ?1
      AND t.client_id = ?6
      AND t.expires_at <= ?2
      AND 1) t) h
WHERE h.changes <> '[]'
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.013Z"
-- ?3 = "req_019b76daa80d00000000000000000001"
-- ?4 = NULL
-- ?5 = "ADMIN_TOKEN"
-- ?6 = "cli_1_019a000000007000800000000000000f"
-- plan: CO-ROUTINE (subquery-10)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan:   SEARCH t USING PRIMARY KEY (tenant_id=? AND client_id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-4)
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-4)
-- plan: SCAN (subquery-10)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

DELETE
FROM client_secrets
WHERE tenant_id = ?1
  AND client_id = ?2
  AND expires_at <= ?3
-- ?1 = 1
-- ?2 = "cli_1_019a000000007000800000000000000f"
-- ?3 = "2026-01-01T00:00:00.013Z"
-- plan: SEARCH client_secrets USING PRIMARY KEY (tenant_id=? AND client_id=?)

UPDATE clients
SET last_secret = last_secret + 1
WHERE tenant_id = ?1
  AND id = ?2
  AND kind = 'secret'
  AND revoked_at IS NULL
  AND (SELECT count(*) FROM client_secrets WHERE tenant_id = ?1 AND client_id = ?2) < 4
-- ?1 = 1
-- ?2 = "cli_1_019a000000007000800000000000000f"
-- plan: SEARCH clients USING INDEX clients_tenant (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH client_secrets USING PRIMARY KEY (tenant_id=? AND client_id=?)

INSERT INTO client_secrets (tenant_id, client_id, n, hash, last4, created_at, expires_at)
SELECT tenant_id, id, last_secret, ?1, ?2, ?3, ?4
FROM clients
WHERE tenant_id = ?5
  AND id = ?6
  AND changes() > 0
RETURNING n
-- ?1 = "0244ee9ba53ebe4242ca3a92fc9931190cdf302823c06ded22d3137bd8870703"
-- ?2 = "0OZb"
-- ?3 = "2026-01-01T00:00:00.013Z"
-- ?4 = NULL
-- ?5 = 1
-- ?6 = "cli_1_019a000000007000800000000000000f"
-- plan: SEARCH clients USING INDEX clients_tenant (tenant_id=? AND id=?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + row_number() OVER (), ?2, h.kind, NULL, NULL, o.kind, o.id, ?3, json_object('label', o.label, 'about', h.about || '', 'changes', json(h.changes))
FROM (SELECT ?1 AS tenant_id, 'operator' AS kind, ?4 AS id, ?5 AS label) o
CROSS JOIN (SELECT kind, about, (SELECT json_group_array(iif(coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0) > 12000, json_object('path', key, 'before', NULL, 'after', NULL, 'cut', json('true')), json_object('path', key, 'before', json(before), 'after', json(after))))
    FROM (SELECT key, nullif(t.before -> fullkey, 'null') AS before, nullif(t.after -> fullkey, 'null') AS after
      FROM (SELECT key, fullkey
        FROM json_each(t.before)
        UNION
        SELECT key, fullkey
        FROM json_each(t.after)))
    WHERE before IS NOT after) AS changes
  FROM (SELECT 'client.secret_created' AS kind, t.client_id AS about, '{}' AS before, json_object('n', t.n, 'expires_at', t.expires_at) AS after
    FROM client_secrets t
    WHERE t.tenant_id = ?1
      AND t.client_id = ?6
      AND t.hash = ?7
      AND changes() > 0) t) h
WHERE h.changes <> '[]'
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.013Z"
-- ?3 = "req_019b76daa80d00000000000000000001"
-- ?4 = NULL
-- ?5 = "ADMIN_TOKEN"
-- ?6 = "cli_1_019a000000007000800000000000000f"
-- ?7 = "0244ee9ba53ebe4242ca3a92fc9931190cdf302823c06ded22d3137bd8870703"
-- plan: CO-ROUTINE (subquery-10)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan:   SEARCH t USING PRIMARY KEY (tenant_id=? AND client_id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-4)
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-4)
-- plan: SCAN (subquery-10)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

SELECT CASE c.kind WHEN 'federated' THEN json_object('id', c.id, 'label', c.label, 'kind', c.kind, 'issuer', c.issuer, 'subject', c.subject, 'audience', c.audience, 'jwks_uri', c.jwks_uri, 'created_at', c.created_at, 'revoked_at', c.revoked_at, 'last_used', c.last_used_at)
ELSE json_object('id', c.id, 'label', c.label, 'kind', c.kind, 'secrets', (SELECT json_group_array(json_object('n', s.n, 'last4', s.last4, 'created_at', s.created_at, 'expires_at', s.expires_at, 'last_used', s.last_used_at))
    FROM (SELECT *
      FROM client_secrets
      WHERE tenant_id = c.tenant_id
        AND client_id = c.id
      ORDER BY n) s), 'created_at', c.created_at, 'revoked_at', c.revoked_at, 'last_used', c.last_used_at)
END AS shape, c.kind, c.revoked_at
FROM clients c
WHERE c.tenant_id = ?1
  AND c.id = ?2
-- ?1 = 1
-- ?2 = "cli_1_019a000000007000800000000000000f"
-- plan: SEARCH c USING INDEX clients_tenant (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   CO-ROUTINE s
-- plan:     SEARCH client_secrets USING PRIMARY KEY (tenant_id=? AND client_id=?)
-- plan:   SCAN s
