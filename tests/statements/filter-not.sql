-- GET /Users?filter=not (title pr) and meta.lastModified gt "2026-01-01T00:00:00Z"

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

SELECT json_extract('{}', CASE WHEN coalesce(iif((SELECT sum(total) FROM totals WHERE tenant_id = ?1 AND resource_type IN (?2)) * 1 > 1400000, 0, (SELECT coalesce(sum(2 + max(octet_length(users.folded) - 0, 0) * 2 / 112), 0)
        FROM users INDEXED BY users_modified
        WHERE users.tenant_id = ?1
          AND users.updated_at >= ?3
          AND (((substr(users.updated_at, 1, 23) || '000000Z') > ?4))) <= 1400000), 1) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "User"
-- ?3 = "2026-01-01T00:00:00.000Z"
-- ?4 = "2026-01-01T00:00:00.000000000Z"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH users USING INDEX users_modified (tenant_id=? AND updated_at>?)

SELECT iif(octet_length(record) <= 8000, record, id) AS record
FROM (SELECT *
  FROM (SELECT id, users.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || CASE (SELECT count(*)
      FROM (SELECT 1
        FROM team_members INDEXED BY team_members_nested
        WHERE tenant_id = ?1
          AND member_type = 'Group'
        LIMIT 1001)) WHEN 0 THEN coalesce((
        SELECT group_concat('d' || g.team_id || json_quote(substr(t.display_name, 1, 200)), '\t')
        FROM team_members g INDEXED BY team_members_member
        CROSS JOIN teams t ON t.tenant_id = users.tenant_id
          AND t.id = g.team_id
        WHERE g.tenant_id = users.tenant_id
          AND g.member_id = users.id), '') WHEN 1001 THEN NULL
    ELSE coalesce((WITH RECURSIVE up(team_id, kind) AS (SELECT m.team_id, 'direct'
          FROM team_members m INDEXED BY team_members_member
          WHERE m.tenant_id = users.tenant_id
            AND m.member_id = users.id
          UNION
          SELECT m.team_id, 'indirect'
          FROM up
          CROSS JOIN team_members m INDEXED BY team_members_nested ON m.tenant_id = users.tenant_id
            AND m.member_id = up.team_id
            AND m.member_type = 'Group')
        SELECT group_concat(substr(g.kind, 1, 1) || g.team_id || json_quote(substr(t.display_name, 1, 200)), '\t') AS groups
        FROM (SELECT team_id, min(kind) AS kind FROM up GROUP BY team_id) g
        CROSS JOIN teams t ON t.tenant_id = users.tenant_id
          AND t.id = g.team_id), '')
    END || '\n' || document AS record
    FROM users INDEXED BY users_modified
    WHERE users.tenant_id = ?1
      AND users.updated_at >= ?2
      AND ((((substr(users.updated_at, 1, 23) || '000000Z') > ?3))
        AND (((users.folded ->> '$.title' IS NOT NULL) IS NOT TRUE)))
    ORDER BY users.id
    LIMIT ?4 + 0)
  LIMIT -1)
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.000Z"
-- ?3 = "2026-01-01T00:00:00.000000000Z"
-- ?4 = 100
-- plan: CO-ROUTINE (subquery-8)
-- plan:   SEARCH users USING INDEX users_modified (tenant_id=? AND updated_at>?)
-- plan:   SCALAR SUBQUERY 2
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH team_members USING COVERING INDEX team_members_nested (tenant_id=?)
-- plan:     SCAN (subquery-1)
-- plan:   CORRELATED SCALAR SUBQUERY 3
-- plan:     SEARCH g USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:     SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 7
-- plan:     CO-ROUTINE g
-- plan:       CO-ROUTINE up
-- plan:         SETUP
-- plan:           SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:         RECURSIVE STEP
-- plan:           SCAN up
-- plan:           SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:       SCAN up
-- plan:       USE TEMP B-TREE FOR GROUP BY
-- plan:     SCAN g
-- plan:     SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   USE TEMP B-TREE FOR ORDER BY
-- plan: SCAN (subquery-8)

SELECT count(*) AS total
FROM users INDEXED BY users_modified
WHERE users.tenant_id = ?1
  AND users.updated_at >= ?2
  AND ((((substr(users.updated_at, 1, 23) || '000000Z') > ?3))
    AND (((users.folded ->> '$.title' IS NOT NULL) IS NOT TRUE)))
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.000Z"
-- ?3 = "2026-01-01T00:00:00.000000000Z"
-- plan: SEARCH users USING INDEX users_modified (tenant_id=? AND updated_at>?)
