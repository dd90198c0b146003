-- DELETE /Devices/019a0000-0000-7000-8000-000000000009

SELECT ?1 AS tenant_id, NULL AS subject, '' AS cursor_key, NULL AS last_used_at, json_extract('{}', coalesce((SELECT CASE state WHEN 'suspended' THEN 'tenant suspended'
      ELSE 'unknown token'
      END
      FROM tenants INDEXED BY tenants_closed
      WHERE id = ?1
        AND state <> 'active'), (SELECT 'settings are others'
      FROM tenants INDEXED BY tenants_settings
      WHERE id = ?1
        AND settings_version > ?2), '$')) AS is_open
-- ?1 = 1
-- ?2 = 0
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH tenants USING COVERING INDEX tenants_closed (id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH tenants USING COVERING INDEX tenants_settings (id=? AND settings_version>?)

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
