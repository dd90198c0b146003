-- GET /Devices?filter=serialNumber eq "7"

SELECT iif(octet_length(record) <= 8000, record, NULL) AS record
FROM (SELECT *
  FROM (SELECT resources.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || '\n' || document AS record
    FROM resources
    WHERE resources.tenant_id = ?1
      AND resources.resource_type = ?2
      AND (resources.folded ->> '$.serialNumber' = ?3)
    ORDER BY resources.id
    LIMIT ?4 + 0)
  LIMIT -1)
-- ?1 = 1
-- ?2 = "Device"
-- ?3 = "7"
-- ?4 = 100
-- plan: CO-ROUTINE (subquery-1)
-- plan:   SEARCH resources USING INDEX resources_id (tenant_id=? AND resource_type=?)
-- plan: SCAN (subquery-1)

SELECT count(*) AS total
FROM resources
WHERE resources.tenant_id = ?1
  AND resources.resource_type = ?2
  AND (resources.folded ->> '$.serialNumber' = ?3)
-- ?1 = 1
-- ?2 = "Device"
-- ?3 = "7"
-- plan: SEARCH resources USING INDEX resources_id (tenant_id=? AND resource_type=?)
