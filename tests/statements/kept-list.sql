-- GET /tenants/1/deleted

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT d.deleted_at || '~' || d.id AS key, json_object('id', d.id, 'type', d.resource_type, 'name', coalesce(d.document ->> '$.userName', d.document ->> '$.displayName'), 'deleted_at', d.deleted_at, 'purge_at', d.purge_at, 'document', json(CASE d.resource_type WHEN '' THEN NULL ELSE d.document END)) AS shape, d.found
FROM (SELECT *, count(*) OVER () AS found, sum(octet_length(document)) OVER (ORDER BY deleted_at DESC, id DESC ROWS UNBOUNDED PRECEDING) - octet_length(document) AS before
  FROM (SELECT *
    FROM deleted_resources
    WHERE tenant_id = ?1
      AND purge_at > ?2
    ORDER BY deleted_at DESC, id DESC
    LIMIT 51)) d
WHERE d.before < 1000000
ORDER BY d.deleted_at DESC, d.id DESC
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.010Z"
-- plan: CO-ROUTINE d
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-5)
-- plan:       CO-ROUTINE (subquery-1)
-- plan:         SEARCH deleted_resources USING INDEX deleted_resources_newest (tenant_id=?)
-- plan:       SCAN (subquery-1)
-- plan:     SCAN (subquery-5)
-- plan:   SCAN (subquery-4)
-- plan: SCAN d
-- plan: USE TEMP B-TREE FOR ORDER BY
