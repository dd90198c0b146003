-- DELETE /admin/v1/tenants/2?confirm=Acme

SELECT n.id, n.name, n.settings, n.shard, n.external_id
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 2
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

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

SELECT json_object('id', id, 'kind', kind, 'tenant', tenant_id, 'state', state, 'done', done, 'total', total, 'result', json(result), 'created_at', created_at, 'finished_at', finished_at) AS shape, scope, tenant_id, finished_at
FROM jobs
WHERE id = ?1
-- ?1 = "job_019a0000000070008000000000000011"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)
