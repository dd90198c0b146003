-- GET /Users?sortBy=groups.display&startIndex=2

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

SELECT json_extract('{}', CASE WHEN coalesce(iif((SELECT sum(total) FROM totals WHERE tenant_id = ?1 AND resource_type IN (?2)) * 20 > 1370000, 0, 1
        AND (WITH RECURSIVE above(via, id) AS (SELECT m.member_id, m.team_id
          FROM team_members m INDEXED BY team_members_nested
          WHERE m.tenant_id = ?1
            AND m.member_type = 'Group'
          UNION
          SELECT above.via, m.team_id
          FROM above
          CROSS JOIN team_members m INDEXED BY team_members_nested ON m.tenant_id = ?1
            AND m.member_id = above.id
            AND m.member_type = 'Group'
          LIMIT 22834)
        SELECT iif((SELECT count(*) FROM above) > 22833, 228334, (SELECT count(*)
            FROM (SELECT 1
              FROM above
              LEFT JOIN team_members m ON m.tenant_id = ?1
                AND m.team_id = above.via
              LIMIT 228334)))) <= 228333), 1) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "User"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: SCALAR SUBQUERY 7
-- plan:   SCAN CONSTANT ROW
-- plan:   SCALAR SUBQUERY 4
-- plan:     MATERIALIZE above
-- plan:       SETUP
-- plan:         SEARCH m USING COVERING INDEX team_members_nested (tenant_id=?)
-- plan:       RECURSIVE STEP
-- plan:         SCAN above
-- plan:         SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:     SCAN above
-- plan:   SCALAR SUBQUERY 6
-- plan:     CO-ROUTINE (subquery-5)
-- plan:       SCAN above
-- plan:       SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?) LEFT-JOIN
-- plan:     SCAN (subquery-5)

SELECT '' AS cursor_key, 0 AS more, records, total.*
FROM (SELECT max(id) AS last, iif(count(record) < count(*), '', group_concat(record, '\u{1e}')) AS records
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
    FROM (SELECT users.seq AS picked
      FROM users
      WHERE users.tenant_id = ?1
      ORDER BY (SELECT e.display
        FROM (WITH RECURSIVE up(team_id, kind) AS (SELECT m.team_id, 'direct'
            FROM team_members m INDEXED BY team_members_member
            WHERE m.tenant_id = users.tenant_id
              AND m.member_id = users.id
            UNION
            SELECT m.team_id, 'indirect'
            FROM up
            CROSS JOIN team_members m INDEXED BY team_members_nested ON m.tenant_id = users.tenant_id
              AND m.member_id = up.team_id
              AND m.member_type = 'Group')
          SELECT up.team_id AS value, min(up.kind) AS kind, iif(length(t.display_name) > 200, coalesce(t.folded ->> '$."first 200"', substr(t.display_name_folded, 1, 200)), t.display_name_folded) AS display, ?2 || '/Groups/' || t.id AS address
          FROM up
          CROSS JOIN teams t ON t.tenant_id = users.tenant_id
            AND t.id = up.team_id
          GROUP BY up.team_id) e
        ORDER BY e.value
        LIMIT 1) ASC NULLS LAST, users.id
      LIMIT ?3 + 0 OFFSET ?1)
    CROSS JOIN users ON users.seq = picked
    LIMIT -1)) page
LEFT JOIN (SELECT total FROM totals WHERE tenant_id = ?1 AND resource_type = ?4) total ON 1
-- ?1 = 1
-- ?2 = "https://scim.example.com/scim/v2"
-- ?3 = 100
-- ?4 = "User"
-- plan: CO-ROUTINE page
-- plan:   CO-ROUTINE (subquery-13)
-- plan:     CO-ROUTINE (subquery-12)
-- plan:       SEARCH users USING COVERING INDEX users_id (tenant_id=?)
-- plan:       CORRELATED SCALAR SUBQUERY 11
-- plan:         CO-ROUTINE e
-- plan:           CO-ROUTINE up
-- plan:             SETUP
-- plan:               SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:             RECURSIVE STEP
-- plan:               SCAN up
-- plan:               SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:           SCAN up
-- plan:           SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:           USE TEMP B-TREE FOR GROUP BY
-- plan:         SCAN e
-- plan:         USE TEMP B-TREE FOR ORDER BY
-- plan:       USE TEMP B-TREE FOR ORDER BY
-- plan:     SCAN (subquery-12)
-- plan:     SEARCH users USING INTEGER PRIMARY KEY (rowid=?)
-- plan:     SCALAR SUBQUERY 2
-- plan:       CO-ROUTINE (subquery-1)
-- plan:         SEARCH team_members USING COVERING INDEX team_members_nested (tenant_id=?)
-- plan:       SCAN (subquery-1)
-- plan:     CORRELATED SCALAR SUBQUERY 3
-- plan:       SEARCH g USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:       SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:     CORRELATED SCALAR SUBQUERY 7
-- plan:       CO-ROUTINE g
-- plan:         CO-ROUTINE up
-- plan:           SETUP
-- plan:             SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:           RECURSIVE STEP
-- plan:             SCAN up
-- plan:             SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:         SCAN up
-- plan:         USE TEMP B-TREE FOR GROUP BY
-- plan:       SCAN g
-- plan:       SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   SCAN (subquery-13)
-- plan: SCAN page
-- plan: SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?) LEFT-JOIN
