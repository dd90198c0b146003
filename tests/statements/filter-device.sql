-- GET /Devices?filter=serialNumber eq "7"

SELECT iif(octet_length(record) <= ?1, record, NULL) AS record
FROM (SELECT *
  FROM (SELECT resources.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || '\n' || document AS record
    FROM resources
    WHERE resources.tenant_id = ?2
      AND resources.resource_type = ?3
      AND (resources.folded ->> '$.serialNumber' = ?4)
    ORDER BY resources.id
    LIMIT ?5 + 0)
  LIMIT -1)
-- ?1 = 160000
-- ?2 = 1
-- ?3 = "Device"
-- ?4 = "7"
-- ?5 = 100
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
