-- GET /Users?count=0

SELECT total
FROM totals
WHERE tenant_id = ?1
  AND resource_type = ?2
-- ?1 = 1
-- ?2 = "User"
-- plan: SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
