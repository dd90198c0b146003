-- GET /Users?cursor=&count=1&sortBy=title

SELECT ?1 AS tenant_id, NULL AS subject, (SELECT cursor_key FROM tenants WHERE id = ?1) AS cursor_key, NULL AS last_used_at, json_extract('{}', coalesce((SELECT CASE state WHEN 'suspended' THEN 'tenant suspended'
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
-- plan:   SEARCH tenants USING INTEGER PRIMARY KEY (rowid=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH tenants USING COVERING INDEX tenants_closed (id=?)
-- plan: SCALAR SUBQUERY 3
-- plan:   SEARCH tenants USING COVERING INDEX tenants_settings (id=? AND settings_version>?)

SELECT json_extract('{}', CASE WHEN coalesce(iif((SELECT sum(total) FROM totals WHERE tenant_id = ?1 AND resource_type IN (?2)) * 1 > 1399400, 0, (SELECT coalesce(sum(1 + max(octet_length(users.folded) - 0, 0) * 1 / 64 + max(octet_length(users.folded) - 2048, 0) * 1 / 64), 0)
        FROM users
        WHERE users.tenant_id = ?1) <= 1399400), 1) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "User"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH users USING INDEX users_modified (tenant_id=?)

SELECT key_text, iif(octet_length(record) <= 8000, record, id) AS record
FROM (SELECT *
  FROM (SELECT id, (SELECT CASE typeof(x) WHEN 'null' THEN NULL WHEN 'text' THEN iif(length(x) > 200, 'l', 't') || substr(x, 1, 200)
      ELSE 'n' || x
      END
      FROM (SELECT users.folded ->> '$.title' AS x)) AS key_text, users.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || coalesce(CASE WHEN EXISTS (SELECT 1
        FROM team_members INDEXED BY team_members_nested
        WHERE tenant_id = ?1
          AND member_type = 'Group') THEN (WITH RECURSIVE up(team_id, kind) AS (SELECT m.team_id, 'direct'
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
          AND t.id = g.team_id)
      ELSE (
        SELECT group_concat('d' || g.team_id || json_quote(substr(t.display_name, 1, 200)), '\t')
        FROM team_members g INDEXED BY team_members_member
        CROSS JOIN teams t ON t.tenant_id = users.tenant_id
          AND t.id = g.team_id
        WHERE g.tenant_id = users.tenant_id
          AND g.member_id = users.id)
      END, '') || '\n' || document AS record
    FROM (SELECT users.seq AS picked
      FROM users
      WHERE users.tenant_id = ?1
      ORDER BY users.folded ->> '$.title' ASC NULLS LAST, users.id
      LIMIT ?2 + 0)
    CROSS JOIN users ON users.seq = picked
    LIMIT -1)
  LIMIT -1)
-- ?1 = 1
-- ?2 = 2
-- plan: CO-ROUTINE (subquery-10)
-- plan:   CO-ROUTINE (subquery-9)
-- plan:     SEARCH users USING INDEX users_modified (tenant_id=?)
-- plan:     USE TEMP B-TREE FOR ORDER BY
-- plan:   SCAN (subquery-9)
-- plan:   SEARCH users USING INTEGER PRIMARY KEY (rowid=?)
-- plan:   CORRELATED SCALAR SUBQUERY 2
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SCAN CONSTANT ROW
-- plan:     SCAN (subquery-1)
-- plan:   SCALAR SUBQUERY 3
-- plan:     SEARCH team_members USING COVERING INDEX team_members_nested (tenant_id=?)
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
-- plan:   CORRELATED SCALAR SUBQUERY 8
-- plan:     SEARCH g USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:     SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN (subquery-10)

SELECT total
FROM totals
WHERE tenant_id = ?1
  AND resource_type = ?2
-- ?1 = 1
-- ?2 = "User"
-- plan: SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
