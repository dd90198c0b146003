-- PATCH /admin/v1/tenants/ext:org
-- {"external_id":null,"metadata":{"plan":"gold"},"state":"suspended"}

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.external_id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = "org"
-- plan: SEARCH n USING INDEX tenants_external_id (external_id=?)

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
  FROM (SELECT iif(n.state = 'active', 'tenant.suspended', 'tenant.updated') AS kind, n.id AS about, json_object('name', n.name, 'external_id', n.external_id, 'metadata', json(nullif(n.metadata, '{}')), 'state', iif(n.state = 'creating', 'active', n.state)) AS before, json_object('name', coalesce(?4, n.name), 'external_id', ?4, 'metadata', json(nullif(coalesce(nullif(json_patch(n.metadata, ?6), 'null'), '{}'), '{}')), 'state', coalesce(?7, n.state)) AS after
    FROM tenants n
    WHERE n.id = ?8
      AND n.state IN ('active', 'suspended')) t) h
WHERE h.changes <> '[]'
-- ?1 = 0
-- ?2 = "2026-01-01T00:00:00.009Z"
-- ?3 = "req_019b76daa80900000000000000000001"
-- ?4 = NULL
-- ?5 = "ADMIN_TOKEN"
-- ?6 = "{\"plan\":\"gold\"}"
-- ?7 = "suspended"
-- ?8 = 2
-- plan: CO-ROUTINE (subquery-10)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan:   SEARCH n USING INTEGER PRIMARY KEY (rowid=?)
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

SELECT json_object('id', n.id, 'name', n.name, 'external_id', n.external_id, 'metadata', json(n.metadata), 'state', n.state, 'shard', n.shard, 'settings', json(n.settings), 'settings_without_effect', json_array(), 'users', coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = 'User'), 0), 'groups', coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = 'Group'), 0), 'credentials', json_object('tokens', (SELECT count(*)
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
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: CORRELATED SCALAR SUBQUERY 3
-- plan:   SEARCH tokens USING COVERING INDEX tokens_listed (tenant_id=?)
-- plan: CORRELATED SCALAR SUBQUERY 4
-- plan:   SEARCH clients USING INDEX clients_tenant (tenant_id=?)
