-- POST /admin/v1/tenants/1/tokens
-- {"label":"ada's","subject":"019a0000-0000-7000-8000-000000000001"}

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
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
  FROM (SELECT 'credential.created' AS kind, t.id AS about, '{}' AS before, json_object('label', t.label, 'scopes', json(t.scopes), 'subject', t.subject, 'expires_at', t.expires_at) AS after
    FROM tokens t
    WHERE t.tenant_id = ?1
      AND t.id = ?6
      AND changes() > 0) t) h
WHERE h.changes <> '[]'
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.010Z"
-- ?3 = "req_019b76daa80a00000000000000000001"
-- ?4 = NULL
-- ?5 = "ADMIN_TOKEN"
-- ?6 = "tok_019a000000007000800000000000000e"
-- plan: CO-ROUTINE (subquery-10)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan:   SEARCH t USING INDEX tokens_id (tenant_id=? AND id=?)
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

SELECT json_object('id', t.id, 'label', t.label, 'scopes', json(t.scopes), 'subject', t.subject, 'created_at', t.created_at, 'expires_at', t.expires_at, 'revoked_at', t.revoked_at, 'last_used', t.last_used_at, 'last4', t.last4) AS shape
FROM tokens t
WHERE t.tenant_id = ?1
  AND t.id = ?2
-- ?1 = 1
-- ?2 = "tok_019a000000007000800000000000000e"
-- plan: SEARCH t USING INDEX tokens_id (tenant_id=? AND id=?)
