-- GET /Users?filter=not (emails[type eq "work"]) or emails[type eq "home"] or title co "a" or nickName co "b" or groups.display eq "Staff"

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

SELECT json_extract('{}', CASE WHEN coalesce((SELECT sum(total) FROM totals WHERE tenant_id = ?1 AND resource_type IN (?2)) * 1 <= 1400000
      AND (SELECT count(*)
      FROM (SELECT 1
        FROM team_members INDEXED BY team_members_nested
        WHERE tenant_id = ?1
          AND member_type = 'Group'
        LIMIT 43751)) <= 43750
      AND ((SELECT count(*)
        FROM (SELECT 1 FROM team_members WHERE tenant_id = ?1 LIMIT 350001)) <= 350000
        OR (SELECT count(*)
        FROM (WITH ends(via, value, kind, display, address) AS (SELECT t.id, t.id, 'direct', iif(length(t.display_name) > 200, coalesce(t.folded ->> '$."first 200"', substr(t.display_name_folded, 1, 200)), t.display_name_folded) AS display, ?3 || '/Groups/' || t.id AS address
            FROM teams t
            WHERE t.tenant_id = ?1)
          SELECT 1
          FROM ends e
          CROSS JOIN team_members m ON m.tenant_id = ?1
            AND m.team_id = e.via
          WHERE (e.display = ?4)
          LIMIT 350001)) <= 350000)
      AND iif((SELECT sum(total) FROM totals WHERE tenant_id = ?1 AND resource_type IN (?5)) * 7 > 1400000, 0, (SELECT coalesce(sum(5 + coalesce(json_array_length(users.folded, '$.emails'), 0) * 9 / 4 + max(octet_length(users.folded) - 0, 0) * 3 / 112 + max(octet_length(users.folded) - 2048, 0) * 2 / 96), 0)
        FROM users
        WHERE users.tenant_id = ?1) <= 1400000), 1) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "Group"
-- ?3 = "https://scim.example.com/scim/v2"
-- ?4 = "staff"
-- ?5 = "User"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: SCALAR SUBQUERY 3
-- plan:   CO-ROUTINE (subquery-2)
-- plan:     SEARCH team_members USING COVERING INDEX team_members_nested (tenant_id=?)
-- plan:   SCAN (subquery-2)
-- plan: SCALAR SUBQUERY 5
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     SEARCH team_members USING COVERING INDEX team_members_member (tenant_id=?)
-- plan:   SCAN (subquery-4)
-- plan: SCALAR SUBQUERY 8
-- plan:   CO-ROUTINE (subquery-7)
-- plan:     SEARCH t USING INDEX teams_modified (tenant_id=?)
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan:   SCAN (subquery-7)
-- plan: SCALAR SUBQUERY 9
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: SCALAR SUBQUERY 10
-- plan:   SEARCH users USING INDEX users_modified (tenant_id=?)

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
    FROM users
    WHERE users.tenant_id = ?1
      AND ((((EXISTS (SELECT 1
              FROM (SELECT (c0 IS TRUE)
                  OR (c1 IS NOT TRUE) AS holds
                FROM (SELECT max((e."type" = ?2) IS TRUE) AS c0, max((e."type" = ?3) IS TRUE) AS c1
                  FROM (SELECT e.value ->> '$.type' AS "type"
                    FROM json_each(users.folded, '$.emails') e
                    LIMIT -1) e))
              WHERE holds)))
          OR ((instr(users.folded ->> '$.title', ?4) > 0)))
        OR (((instr(users.folded ->> '$.nickName', ?5) > 0))
          OR ((users.id IN (SELECT id
              FROM (WITH RECURSIVE ends(via, value, kind, display, address) AS (SELECT t.id, t.id, 'direct', iif(length(t.display_name) > 200, coalesce(t.folded ->> '$."first 200"', substr(t.display_name_folded, 1, 200)), t.display_name_folded) AS display, ?6 || '/Groups/' || t.id AS address
                  FROM teams t
                  WHERE t.tenant_id = ?1), within(via) AS (SELECT e.via
                  FROM ends e
                  WHERE (e.display = ?7)
                  UNION
                  SELECT m.member_id
                  FROM within
                  CROSS JOIN team_members m INDEXED BY team_members_within ON m.tenant_id = ?1
                    AND m.team_id = within.via
                    AND m.member_type = 'Group')
                SELECT m.member_id AS id
                FROM within e
                CROSS JOIN team_members m ON m.tenant_id = ?1
                  AND m.team_id = e.via))))))
    ORDER BY users.id
    LIMIT ?8 + 0)
  LIMIT -1)
-- ?1 = 1
-- ?2 = "home"
-- ?3 = "work"
-- ?4 = "a"
-- ?5 = "b"
-- ?6 = "https://scim.example.com/scim/v2"
-- ?7 = "staff"
-- ?8 = 100
-- plan: CO-ROUTINE (subquery-17)
-- plan:   SEARCH users USING INDEX users_id (tenant_id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 11
-- plan:     CO-ROUTINE (subquery-9)
-- plan:       CO-ROUTINE e
-- plan:         SCAN e VIRTUAL TABLE INDEX 3:
-- plan:       SCAN e
-- plan:     SCAN (subquery-9)
-- plan:   LIST SUBQUERY 16
-- plan:     MATERIALIZE within
-- plan:       SETUP
-- plan:         SEARCH t USING INDEX teams_modified (tenant_id=?)
-- plan:       RECURSIVE STEP
-- plan:         SCAN within
-- plan:         SEARCH m USING COVERING INDEX team_members_within (tenant_id=? AND team_id=?)
-- plan:     SCAN e
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan:     CREATE BLOOM FILTER
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
-- plan: SCAN (subquery-17)

SELECT count(*) AS total
FROM users
WHERE users.tenant_id = ?1
  AND ((((EXISTS (SELECT 1
          FROM (SELECT (c0 IS TRUE)
              OR (c1 IS NOT TRUE) AS holds
            FROM (SELECT max((e."type" = ?2) IS TRUE) AS c0, max((e."type" = ?3) IS TRUE) AS c1
              FROM (SELECT e.value ->> '$.type' AS "type"
                FROM json_each(users.folded, '$.emails') e
                LIMIT -1) e))
          WHERE holds)))
      OR ((instr(users.folded ->> '$.title', ?4) > 0)))
    OR (((instr(users.folded ->> '$.nickName', ?5) > 0))
      OR ((users.id IN (SELECT id
          FROM (WITH RECURSIVE ends(via, value, kind, display, address) AS (SELECT t.id, t.id, 'direct', iif(length(t.display_name) > 200, coalesce(t.folded ->> '$."first 200"', substr(t.display_name_folded, 1, 200)), t.display_name_folded) AS display, ?6 || '/Groups/' || t.id AS address
              FROM teams t
              WHERE t.tenant_id = ?1), within(via) AS (SELECT e.via
              FROM ends e
              WHERE (e.display = ?7)
              UNION
              SELECT m.member_id
              FROM within
              CROSS JOIN team_members m INDEXED BY team_members_within ON m.tenant_id = ?1
                AND m.team_id = within.via
                AND m.member_type = 'Group')
            SELECT m.member_id AS id
            FROM within e
            CROSS JOIN team_members m ON m.tenant_id = ?1
              AND m.team_id = e.via))))))
-- ?1 = 1
-- ?2 = "home"
-- ?3 = "work"
-- ?4 = "a"
-- ?5 = "b"
-- ?6 = "https://scim.example.com/scim/v2"
-- ?7 = "staff"
-- plan: SEARCH users USING INDEX users_modified (tenant_id=?)
-- plan: CORRELATED SCALAR SUBQUERY 4
-- plan:   CO-ROUTINE (subquery-2)
-- plan:     CO-ROUTINE e
-- plan:       SCAN e VIRTUAL TABLE INDEX 3:
-- plan:     SCAN e
-- plan:   SCAN (subquery-2)
-- plan: LIST SUBQUERY 9
-- plan:   MATERIALIZE within
-- plan:     SETUP
-- plan:       SEARCH t USING INDEX teams_modified (tenant_id=?)
-- plan:     RECURSIVE STEP
-- plan:       SCAN within
-- plan:       SEARCH m USING COVERING INDEX team_members_within (tenant_id=? AND team_id=?)
-- plan:   SCAN e
-- plan:   SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan:   CREATE BLOOM FILTER
