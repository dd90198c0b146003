-- POST /Bulk
-- {"Operations":[{"bulkId":"g","data":{"displayName":"g","members":[{"value":"019a0000-0000-7000-8000-000000000001"}],"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"]},"method":"POST","path":"/Groups"},{"bulkId":"h","data":{"displayName":"h","members":[{"value":"019a0000-0000-7000-8000-000000 … (168 bytes more)

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

INSERT INTO teams (tenant_id, created_at, updated_at, name_is_unique, id, version, document, folded, display_name_folded, external_id)
SELECT t.id, ?1, ?1, 1, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5
FROM (SELECT ?2 AS id) t
CROSS JOIN json_each(?3) j
WHERE t.id IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING id
-- ?1 = "2026-01-01T00:00:00.007Z"
-- ?2 = 1
-- ?3 = "[[\"019a0000-0000-7000-8000-00000000000f\",\"0000000000000011\",\"{\\\"displayName\\\":\\\"g\\\",\\\"schemas\\\":[\\\"urn:ietf:params:scim:schemas:core:2.0:Group\\\"]}\",\"{\\\"displayName\\\":\\\"g\\\",\\\"schemas\\\":[\\\"urn:ietf:params:scim:schemas:core:2.0:Group\\\"]}\",\"g\",null],[\"019a0000 … (277 bytes more)
-- plan: CO-ROUTINE t
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN t
-- plan: SCAN j VIRTUAL TABLE INDEX 1:

INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display)
SELECT r.tenant_id, r.id, j.value, iif(u.seq IS NULL, 'Group', 'User'), substr(coalesce(u.display_name, u.user_name, t.display_name), 1, 200)
FROM json_each(?1) g
CROSS JOIN teams r ON r.tenant_id = ?2
  AND r.id = g.value ->> 0
CROSS JOIN json_each(g.value, '$[1]') j
LEFT JOIN users u ON u.tenant_id = ?2
  AND u.id = j.value
LEFT JOIN teams t ON u.seq IS NULL
  AND t.tenant_id = ?2
  AND t.id = j.value
WHERE (u.seq IS NOT NULL OR t.seq IS NOT NULL)
ON CONFLICT DO NOTHING
-- ?1 = "[[\"019a0000-0000-7000-8000-00000000000f\",[\"019a0000-0000-7000-8000-000000000001\"]],[\"019a0000-0000-7000-8000-000000000010\",[\"019a0000-0000-7000-8000-000000000003\"]]]"
-- ?2 = 1
-- plan: SCAN g VIRTUAL TABLE INDEX 1:
-- plan: SEARCH r USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN j VIRTUAL TABLE INDEX 3:
-- plan: SEARCH u USING INDEX users_id (tenant_id=? AND id=?) LEFT-JOIN
-- plan: SEARCH t USING INDEX teams_id (tenant_id=? AND id=?) LEFT-JOIN

SELECT json_extract('{}', CASE WHEN NOT EXISTS (SELECT 1
    FROM json_each(?1) g
    CROSS JOIN teams r ON r.tenant_id = ?2
      AND r.id = g.value ->> 0
    CROSS JOIN json_each(g.value, '$[1]') j
    WHERE NOT EXISTS (SELECT 1
      FROM team_members m
      WHERE m.tenant_id = ?2
        AND m.team_id = r.id
        AND m.member_id = j.value)) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "[[\"019a0000-0000-7000-8000-00000000000f\",[\"019a0000-0000-7000-8000-000000000001\"]],[\"019a0000-0000-7000-8000-000000000010\",[\"019a0000-0000-7000-8000-000000000003\"]]]"
-- ?2 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN g VIRTUAL TABLE INDEX 1:
-- plan:   SEARCH r USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   SCAN j VIRTUAL TABLE INDEX 3:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
