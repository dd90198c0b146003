-- DELETE /admin/v1/tenants/2?confirm=Acme

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 2
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

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
  FROM (SELECT 'tenant.deleted' AS kind, n.id AS about, json_object('name', n.name, 'external_id', n.external_id, 'metadata', json(nullif(n.metadata, '{}')), 'state', iif(n.state = 'creating', 'active', n.state)) AS before, '{}' AS after
    FROM tenants n
    WHERE n.id = ?6
      AND n.state <> 'deleted'
      AND n.name = ?7) t) h
WHERE h.changes <> '[]'
-- ?1 = 0
-- ?2 = "2026-01-01T00:00:00.015Z"
-- ?3 = "req_019b76daa80f00000000000000000001"
-- ?4 = NULL
-- ?5 = "ADMIN_TOKEN"
-- ?6 = 2
-- ?7 = "Acme"
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
SET state = 'deleted'
WHERE id = ?1
  AND name = ?2
  AND state <> 'deleted'
-- ?1 = 2
-- ?2 = "Acme"
-- plan: SEARCH tenants USING INTEGER PRIMARY KEY (rowid=?)

INSERT INTO jobs (id, tenant_id, kind, scope, total, created_at)
SELECT ?1, ?2, 'tenant_delete', 'tenants:write', (SELECT coalesce(sum(total), 0) FROM totals WHERE tenant_id = ?2), ?3
WHERE changes() > 0
-- ?1 = "job_019a0000000070008000000000000011"
-- ?2 = 2
-- ?3 = "2026-01-01T00:00:00.015Z"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=?)

SELECT json_object('id', id, 'kind', kind, 'tenant', tenant_id, 'state', state, 'done', done, 'total', total, 'result', json(result), 'created_at', created_at, 'finished_at', finished_at) AS shape, scope, tenant_id, finished_at, iif(kind = 'import', marker ->> 'part', NULL) AS part
FROM jobs
WHERE id = ?1
-- ?1 = "job_019a0000000070008000000000000011"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)

DELETE
FROM webhook_cursors
WHERE webhook_id IN (SELECT id FROM webhooks WHERE tenant_id = ?1)
-- ?1 = 2
-- plan: SEARCH webhook_cursors USING PRIMARY KEY (webhook_id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN webhooks
-- plan:   CREATE BLOOM FILTER

DELETE
FROM webhook_parked
WHERE webhook_id IN (SELECT id FROM webhooks WHERE tenant_id = ?1)
-- ?1 = 2
-- plan: SEARCH webhook_parked USING PRIMARY KEY (webhook_id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN webhooks
-- plan:   CREATE BLOOM FILTER

DELETE
FROM webhook_deliveries
WHERE webhook_id IN (SELECT id FROM webhooks WHERE tenant_id = ?1)
-- ?1 = 2
-- plan: SEARCH webhook_deliveries USING PRIMARY KEY (webhook_id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN webhooks
-- plan:   CREATE BLOOM FILTER

DELETE
FROM webhook_deliveries
WHERE tenant_id = ?1
-- ?1 = 2
-- plan: SCAN webhook_deliveries

DELETE
FROM webhook_tenants
WHERE webhook_id IN (SELECT id FROM webhooks WHERE tenant_id = ?1)
-- ?1 = 2
-- plan: SEARCH webhook_tenants USING PRIMARY KEY (webhook_id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN webhooks
-- plan:   CREATE BLOOM FILTER

DELETE
FROM webhooks
WHERE tenant_id = ?1
-- ?1 = 2
-- plan: SCAN webhooks
