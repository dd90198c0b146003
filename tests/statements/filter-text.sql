-- GET /Users?filter=userName sw "ada" and active eq true

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

SELECT json_extract('{}', CASE WHEN coalesce(iif((SELECT sum(total) FROM totals WHERE tenant_id = ?1 AND resource_type IN (?2)) * 1 > 1400000, 0, 1), 1) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "User"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)

SELECT iif(octet_length(record) <= 8000, record, id) AS record
FROM (SELECT *
  FROM (WITH hit(few, seqs) AS MATERIALIZED (SELECT count(*) <= (SELECT max(1000, coalesce(sum(total) / 20, 0))
        FROM totals
        WHERE tenant_id = ?1
          AND resource_type = ?2), json_group_array(rowid)
      FROM (SELECT rowid
        FROM users_text
        WHERE users_text MATCH (SELECT '"' || char(983040 + id / 1048576 % 1024, 984064 + id / 1024 % 1024, 985088 + id % 1024) || '" AND '
          FROM tenants
          WHERE id = ?1) || ?3
        LIMIT 1 + (SELECT max(1000, coalesce(sum(total) / 20, 0))
          FROM totals
          WHERE tenant_id = ?1
            AND resource_type = ?2)))
    SELECT *
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
      FROM (SELECT j.value AS seq FROM hit CROSS JOIN json_each(hit.seqs) j) found
      CROSS JOIN users ON users.seq = found.seq
      WHERE users.tenant_id = ?1
        AND (((substr(users.user_name_folded, 1, length(?4)) = ?4)) AND ((users.active = 1)))
      ORDER BY users.id
      LIMIT (SELECT iif(few, ?5, 0) FROM hit))
    UNION ALL
    SELECT *
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
      FROM users
      WHERE users.tenant_id = ?1
        AND (((substr(users.user_name_folded, 1, length(?4)) = ?4)) AND ((users.active = 1)))
      ORDER BY users.id
      LIMIT (SELECT iif(few, 0, ?5) FROM hit)))
  LIMIT -1)
-- ?1 = 1
-- ?2 = "User"
-- ?3 = "(\"\nada\")"
-- ?4 = "ada"
-- ?5 = 100
-- plan: COMPOUND QUERY
-- plan:   LEFT-MOST SUBQUERY
-- plan:     CO-ROUTINE (subquery-15)
-- plan:       MATERIALIZE hit
-- plan:         CO-ROUTINE (subquery-4)
-- plan:           SCALAR SUBQUERY 3
-- plan:             SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:           SCAN users_text VIRTUAL TABLE INDEX 0:M1
-- plan:           SCALAR SUBQUERY 2
-- plan:             SEARCH tenants USING INTEGER PRIMARY KEY (rowid=?)
-- plan:         SCAN (subquery-4)
-- plan:         SCALAR SUBQUERY 1
-- plan:           SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:       SCALAR SUBQUERY 14
-- plan:         SCAN hit
-- plan:       SCAN hit
-- plan:       SCAN j VIRTUAL TABLE INDEX 1:
-- plan:       SEARCH users USING INTEGER PRIMARY KEY (rowid=?)
-- plan:       SCALAR SUBQUERY 7
-- plan:         CO-ROUTINE (subquery-6)
-- plan:           SEARCH team_members USING COVERING INDEX team_members_nested (tenant_id=?)
-- plan:         SCAN (subquery-6)
-- plan:       CORRELATED SCALAR SUBQUERY 8
-- plan:         SEARCH g USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:         SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:       CORRELATED SCALAR SUBQUERY 12
-- plan:         CO-ROUTINE g
-- plan:           CO-ROUTINE up
-- plan:             SETUP
-- plan:               SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:             RECURSIVE STEP
-- plan:               SCAN up
-- plan:               SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:           SCAN up
-- plan:           USE TEMP B-TREE FOR GROUP BY
-- plan:         SCAN g
-- plan:         SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:       USE TEMP B-TREE FOR ORDER BY
-- plan:     SCAN (subquery-15)
-- plan:   UNION ALL
-- plan:     CO-ROUTINE (subquery-25)
-- plan:       SCALAR SUBQUERY 24
-- plan:         SCAN hit
-- plan:       SEARCH users USING INDEX users_id (tenant_id=?)
-- plan:       SCALAR SUBQUERY 18
-- plan:         CO-ROUTINE (subquery-17)
-- plan:           SEARCH team_members USING COVERING INDEX team_members_nested (tenant_id=?)
-- plan:         SCAN (subquery-17)
-- plan:       CORRELATED SCALAR SUBQUERY 19
-- plan:         SEARCH g USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:         SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:       CORRELATED SCALAR SUBQUERY 23
-- plan:         CO-ROUTINE g
-- plan:           CO-ROUTINE up
-- plan:             SETUP
-- plan:               SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:             RECURSIVE STEP
-- plan:               SCAN up
-- plan:               SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:           SCAN up
-- plan:           USE TEMP B-TREE FOR GROUP BY
-- plan:         SCAN g
-- plan:         SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:     SCAN (subquery-25)

SELECT count(*) AS total
FROM (WITH hit(few, seqs) AS MATERIALIZED (SELECT count(*) <= (SELECT max(1000, coalesce(sum(total) / 20, 0))
      FROM totals
      WHERE tenant_id = ?1
        AND resource_type = ?2), json_group_array(rowid)
    FROM (SELECT rowid
      FROM users_text
      WHERE users_text MATCH (SELECT '"' || char(983040 + id / 1048576 % 1024, 984064 + id / 1024 % 1024, 985088 + id % 1024) || '" AND '
        FROM tenants
        WHERE id = ?1) || ?3
      LIMIT 1 + (SELECT max(1000, coalesce(sum(total) / 20, 0))
        FROM totals
        WHERE tenant_id = ?1
          AND resource_type = ?2)))
  SELECT *
  FROM (SELECT 1
    FROM (SELECT j.value AS seq FROM hit CROSS JOIN json_each(hit.seqs) j) found
    CROSS JOIN users ON users.seq = found.seq
    WHERE users.tenant_id = ?1
      AND (((substr(users.user_name_folded, 1, length(?4)) = ?4)) AND ((users.active = 1)))
    LIMIT (SELECT iif(few, ?5, 0) FROM hit))
  UNION ALL
  SELECT *
  FROM (SELECT 1
    FROM users
    WHERE users.tenant_id = ?1
      AND (((substr(users.user_name_folded, 1, length(?4)) = ?4)) AND ((users.active = 1)))
    LIMIT (SELECT iif(few, 0, ?5) FROM hit)))
-- ?1 = 1
-- ?2 = "User"
-- ?3 = "(\"\nada\")"
-- ?4 = "ada"
-- ?5 = -1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 9
-- plan:   CO-ROUTINE (subquery-8)
-- plan:     MATERIALIZE hit
-- plan:       CO-ROUTINE (subquery-4)
-- plan:         SCALAR SUBQUERY 3
-- plan:           SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:         SCAN users_text VIRTUAL TABLE INDEX 0:M1
-- plan:         SCALAR SUBQUERY 2
-- plan:           SEARCH tenants USING INTEGER PRIMARY KEY (rowid=?)
-- plan:       SCAN (subquery-4)
-- plan:       SCALAR SUBQUERY 1
-- plan:         SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan:     SCALAR SUBQUERY 7
-- plan:       SCAN hit
-- plan:     SCAN hit
-- plan:     SCAN j VIRTUAL TABLE INDEX 1:
-- plan:     SEARCH users USING INTEGER PRIMARY KEY (rowid=?)
-- plan:   SCAN (subquery-8)
-- plan: SCALAR SUBQUERY 12
-- plan:   CO-ROUTINE (subquery-11)
-- plan:     SCALAR SUBQUERY 10
-- plan:       SCAN hit
-- plan:     SEARCH users USING INDEX users_modified (tenant_id=?)
-- plan:   SCAN (subquery-11)
