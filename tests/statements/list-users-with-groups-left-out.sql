-- GET /Users?excludedAttributes=groups

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

SELECT iif(octet_length(record) <= 8000, record, id) AS record
FROM (SELECT *
  FROM (SELECT id, users.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || '\n' || document AS record
    FROM users
    WHERE users.tenant_id = ?1
    ORDER BY users.id
    LIMIT ?2 + 0)
  LIMIT -1)
-- ?1 = 1
-- ?2 = 100
-- plan: CO-ROUTINE (subquery-1)
-- plan:   SEARCH users USING INDEX users_id (tenant_id=?)
-- plan: SCAN (subquery-1)

SELECT total
FROM totals
WHERE tenant_id = ?1
  AND resource_type = ?2
-- ?1 = 1
-- ?2 = "User"
-- plan: SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
