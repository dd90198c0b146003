-- DELETE /Users/019a0000-0000-7000-8000-000000000001

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
  FROM team_members m INDEXED BY team_members_member
  WHERE m.tenant_id = ?3
    AND m.member_id = ?4)
-- ?1 = "0000000000000011"
-- ?2 = "2026-01-01T00:00:00.011Z"
-- ?3 = 1
-- ?4 = "019a0000-0000-7000-8000-000000000001"
-- plan: SEARCH teams USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM users
WHERE users.tenant_id = ?1
  AND users.id = ?2
RETURNING seq
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000001"
-- plan: SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
