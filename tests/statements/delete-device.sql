-- DELETE /Devices/019a0000-0000-7000-8000-000000000009

DELETE
FROM resources
WHERE resources.tenant_id = ?1
  AND resources.resource_type = ?2
  AND resources.id = ?3
RETURNING seq
-- ?1 = 1
-- ?2 = "Device"
-- ?3 = "019a0000-0000-7000-8000-000000000009"
-- plan: SEARCH resources USING INDEX resources_id (tenant_id=? AND resource_type=? AND id=?)
