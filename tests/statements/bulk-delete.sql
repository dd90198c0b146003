-- POST /Bulk
-- {"Operations":[{"method":"DELETE","path":"/Users/019a0000-0000-7000-8000-000000000001"},{"method":"DELETE","path":"/Users/019a0000-0000-7000-8000-000000000003"}],"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]}

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

UPDATE teams
SET version = ?1, updated_at = max(updated_at, ?2)
WHERE tenant_id = ?3
  AND id IN (SELECT m.team_id
  FROM json_each(?4) j
  CROSS JOIN team_members m INDEXED BY team_members_member ON m.tenant_id = ?3
    AND m.member_id = j.value
    AND m.member_type = ?5)
-- ?1 = "000000000000001b"
-- ?2 = "2026-01-01T00:00:00.009Z"
-- ?3 = 1
-- ?4 = "[\"019a0000-0000-7000-8000-000000000001\",\"019a0000-0000-7000-8000-000000000003\"]"
-- ?5 = "User"
-- plan: SEARCH teams USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   SEARCH m USING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM users
WHERE users.tenant_id = ?1
  AND id IN (SELECT value FROM json_each(?2))
RETURNING id
-- ?1 = 1
-- ?2 = "[\"019a0000-0000-7000-8000-000000000001\",\"019a0000-0000-7000-8000-000000000003\"]"
-- plan: SEARCH users USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER
