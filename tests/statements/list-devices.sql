-- GET /Devices

SELECT iif(octet_length(record) <= 8000, record, NULL) AS record
FROM (SELECT *
  FROM (SELECT resources.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || '\n' || document AS record
    FROM resources
    WHERE resources.tenant_id = ?1
      AND resources.resource_type = ?2
    ORDER BY resources.id
    LIMIT ?3 + 0)
  LIMIT -1)
-- ?1 = 1
-- ?2 = "Device"
-- ?3 = 100
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
