-- GET /Devices

SELECT iif(octet_length(record) <= ?1, record, NULL) AS record
FROM (SELECT *
  FROM (SELECT resources.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || '\n' || document AS record
    FROM resources
    WHERE resources.tenant_id = ?2
      AND resources.resource_type = ?3
    ORDER BY resources.id
    LIMIT ?4 + 0)
  LIMIT -1)
-- ?1 = 160000
-- ?2 = 1
-- ?3 = "Device"
-- ?4 = 100
-- plan: CO-ROUTINE (subquery-1)
-- plan:   SEARCH resources USING INDEX resources_id (tenant_id=? AND resource_type=?)
-- plan: SCAN (subquery-1)

SELECT total
FROM totals
WHERE tenant_id = ?1
  AND resource_type = ?2
-- ?1 = 1
-- ?2 = "Device"
-- plan: SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
