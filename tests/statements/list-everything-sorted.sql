-- GET /?sortBy=displayName&count=20

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

SELECT json_extract('{}', CASE WHEN coalesce(iif((SELECT sum(total) FROM totals WHERE tenant_id = ?1 AND resource_type IN (?2)) * 1 > 464666, 0, (SELECT coalesce(sum(1 + max(octet_length(resources.folded) - 0, 0) * 1 / 64 + max(octet_length(resources.folded) - 2048, 0) * 1 / 64), 0)
        FROM resources
        WHERE resources.tenant_id = ?1
          AND resources.resource_type = ?2) <= 464666), 1) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "Device"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH resources USING INDEX resources_modified (tenant_id=? AND resource_type=?)

SELECT source, iif(octet_length(record) <= 8000, record, id) AS record
FROM (SELECT *
  FROM (SELECT id, source, CASE source WHEN 0 THEN (SELECT users.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || CASE (SELECT count(*)
        FROM (SELECT 1
          FROM team_members INDEXED BY team_members_nested
          WHERE tenant_id = ?1
            AND member_type = 'Group'
          LIMIT 5001)) WHEN 0 THEN coalesce((
          SELECT group_concat('d' || g.team_id || json_quote(substr(t.display_name, 1, 200)), '\t')
          FROM team_members g INDEXED BY team_members_member
          CROSS JOIN teams t ON t.tenant_id = users.tenant_id
            AND t.id = g.team_id
          WHERE g.tenant_id = users.tenant_id
            AND g.member_id = users.id), '') WHEN 5001 THEN NULL
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
      END || '\n' || document
      FROM users
      WHERE users.tenant_id = ?1
        AND users.id = page.id) WHEN 1 THEN (SELECT teams.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || '\n' || document
      FROM teams
      WHERE teams.tenant_id = ?1
        AND teams.id = page.id) WHEN 2 THEN (SELECT resources.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || '\n' || document
      FROM resources
      WHERE resources.tenant_id = ?1
        AND resources.resource_type = ?2
        AND resources.id = page.id)
    END AS record
    FROM (SELECT *
      FROM (SELECT *
        FROM (SELECT *
          FROM (SELECT id, users.display_name_folded AS k, 0 AS source
            FROM users
            WHERE users.tenant_id = ?1
            ORDER BY users.display_name_folded ASC NULLS LAST, users.id
            LIMIT ?3 + 0)
          UNION ALL
          SELECT *
          FROM (SELECT id, teams.display_name_folded AS k, 1 AS source
            FROM teams
            WHERE teams.tenant_id = ?1
            ORDER BY teams.display_name_folded ASC NULLS LAST, teams.id
            LIMIT ?3 + 0)
          UNION ALL
          SELECT *
          FROM (SELECT id, resources.folded ->> '$.displayName' AS k, 2 AS source
            FROM resources
            WHERE resources.tenant_id = ?1
              AND resources.resource_type = ?2
            ORDER BY resources.folded ->> '$.displayName' ASC NULLS LAST, resources.id
            LIMIT ?3 + 0))) page
      ORDER BY page.k ASC NULLS LAST, page.id
      LIMIT ?3 + 0) page
    LIMIT -1)
  LIMIT -1)
-- ?1 = 1
-- ?2 = "Device"
-- ?3 = 20
-- plan: CO-ROUTINE (subquery-19)
-- plan:   CO-ROUTINE page
-- plan:     CO-ROUTINE (subquery-16)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           CO-ROUTINE (subquery-11)
-- plan:             SEARCH users USING INDEX users_modified (tenant_id=?)
-- plan:             USE TEMP B-TREE FOR ORDER BY
-- plan:           SCAN (subquery-11)
-- plan:         UNION ALL
-- plan:           CO-ROUTINE (subquery-13)
-- plan:             SEARCH teams USING INDEX teams_display_name (tenant_id=?)
-- plan:             USE TEMP B-TREE FOR LAST TERM OF ORDER BY
-- plan:           SCAN (subquery-13)
-- plan:         UNION ALL
-- plan:           CO-ROUTINE (subquery-15)
-- plan:             SEARCH resources USING INDEX resources_modified (tenant_id=? AND resource_type=?)
-- plan:             USE TEMP B-TREE FOR ORDER BY
-- plan:           SCAN (subquery-15)
-- plan:     SCAN (subquery-16)
-- plan:     USE TEMP B-TREE FOR ORDER BY
-- plan:   SCAN page
-- plan:   CORRELATED SCALAR SUBQUERY 8
-- plan:     SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
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
-- plan:   CORRELATED SCALAR SUBQUERY 9
-- plan:     SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 10
-- plan:     SEARCH resources USING INDEX resources_id (tenant_id=? AND resource_type=? AND id=?)
-- plan: SCAN (subquery-19)

WITH RECURSIVE page(id) AS (SELECT id
  FROM (SELECT *
    FROM (SELECT *
      FROM (SELECT *
        FROM (SELECT id, users.display_name_folded AS k, 0 AS source
          FROM users
          WHERE users.tenant_id = ?1
          ORDER BY users.display_name_folded ASC NULLS LAST, users.id
          LIMIT ?2 + 0)
        UNION ALL
        SELECT *
        FROM (SELECT id, teams.display_name_folded AS k, 1 AS source
          FROM teams
          WHERE teams.tenant_id = ?1
          ORDER BY teams.display_name_folded ASC NULLS LAST, teams.id
          LIMIT ?2 + 0)
        UNION ALL
        SELECT *
        FROM (SELECT id, resources.folded ->> '$.displayName' AS k, 2 AS source
          FROM resources
          WHERE resources.tenant_id = ?1
            AND resources.resource_type = ?3
          ORDER BY resources.folded ->> '$.displayName' ASC NULLS LAST, resources.id
          LIMIT ?2 + 0))) page
    ORDER BY page.k ASC NULLS LAST, page.id
    LIMIT ?2 + 0)
  WHERE source = 1), cut(id, after, chunks) AS (SELECT id, '', 0 AS chunks
  FROM page
  UNION ALL
  SELECT cut.id, n.member_id, chunks + 1
  FROM cut
  CROSS JOIN team_members n ON n.tenant_id = ?1
    AND n.team_id = cut.id
    AND n.member_id = (SELECT m.member_id
    FROM team_members m
    WHERE m.tenant_id = ?1
      AND m.team_id = cut.id
      AND m.member_id > cut.after
    ORDER BY m.member_id
    LIMIT 1 OFFSET 999)
  ORDER BY chunks DESC
  LIMIT 70)
SELECT id, iif(coalesce(sum(octet_length(chunk)) OVER (ROWS UNBOUNDED PRECEDING), 0) <= 3000000, coalesce(chunk, ''), NULL) AS members
FROM (SELECT *
  FROM (SELECT id, (SELECT group_concat(substr(m.member_type, 1, 1) || m.member_id || json_quote(m.display), '\n')
      FROM (SELECT member_id, member_type, display
        FROM team_members
        WHERE tenant_id = ?1
          AND team_id = cut.id
          AND member_id > cut.after
        ORDER BY member_id
        LIMIT 1000) m) AS chunk
    FROM cut
    LIMIT -1)
  LIMIT -1)
-- ?1 = 1
-- ?2 = 20
-- ?3 = "Device"
-- plan: CO-ROUTINE (subquery-18)
-- plan:   CO-ROUTINE (subquery-15)
-- plan:     CO-ROUTINE cut
-- plan:       SETUP
-- plan:         CO-ROUTINE (subquery-8)
-- plan:           CO-ROUTINE (subquery-6)
-- plan:             COMPOUND QUERY
-- plan:               LEFT-MOST SUBQUERY
-- plan:                 CO-ROUTINE (subquery-1)
-- plan:                   SEARCH users USING INDEX users_modified (tenant_id=?)
-- plan:                   USE TEMP B-TREE FOR ORDER BY
-- plan:                 SCAN (subquery-1)
-- plan:               UNION ALL
-- plan:                 CO-ROUTINE (subquery-3)
-- plan:                   SEARCH teams USING INDEX teams_display_name (tenant_id=?)
-- plan:                   USE TEMP B-TREE FOR LAST TERM OF ORDER BY
-- plan:                 SCAN (subquery-3)
-- plan:               UNION ALL
-- plan:                 CO-ROUTINE (subquery-5)
-- plan:                   SEARCH resources USING INDEX resources_modified (tenant_id=? AND resource_type=?)
-- plan:                   USE TEMP B-TREE FOR ORDER BY
-- plan:                 SCAN (subquery-5)
-- plan:           SCAN (subquery-6)
-- plan:           USE TEMP B-TREE FOR ORDER BY
-- plan:         SCAN (subquery-8)
-- plan:       RECURSIVE STEP
-- plan:         SCAN cut
-- plan:         SEARCH n USING COVERING INDEX team_members_member (tenant_id=? AND member_id=? AND team_id=?)
-- plan:         CORRELATED SCALAR SUBQUERY 11
-- plan:           SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id>?)
-- plan:     SCAN cut
-- plan:     CORRELATED SCALAR SUBQUERY 14
-- plan:       CO-ROUTINE m
-- plan:         SEARCH team_members USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id>?)
-- plan:       SCAN m
-- plan:   SCAN (subquery-15)
-- plan: SCAN (subquery-18)

SELECT total
FROM totals
WHERE tenant_id = ?1
  AND resource_type = ?2
-- ?1 = 1
-- ?2 = "User"
-- plan: SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)

SELECT total
FROM totals
WHERE tenant_id = ?1
  AND resource_type = ?2
-- ?1 = 1
-- ?2 = "Group"
-- plan: SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)

SELECT total
FROM totals
WHERE tenant_id = ?1
  AND resource_type = ?2
-- ?1 = 1
-- ?2 = "Device"
-- plan: SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
