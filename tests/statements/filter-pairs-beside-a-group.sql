-- GET /Users?filter=groups.value eq "019a0000-0000-7000-8000-000000000005" and (groups.display co "a" or title eq "x") and (groups.display co "b" or title eq "y")

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

SELECT json_extract('{}', CASE WHEN coalesce((SELECT sum(total) FROM totals WHERE tenant_id = ?1 AND resource_type IN (?2)) * 2 <= 1400000
      AND (SELECT count(*)
      FROM (SELECT 1
        FROM team_members INDEXED BY team_members_nested
        WHERE tenant_id = ?1
          AND member_type = 'Group'
        LIMIT 21876)) <= 21875
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
          WHERE (instr(e.display, ?4) > 0)
          LIMIT 350001)) + (SELECT count(*)
        FROM (WITH ends(via, value, kind, display, address) AS (SELECT t.id, t.id, 'direct', iif(length(t.display_name) > 200, coalesce(t.folded ->> '$."first 200"', substr(t.display_name_folded, 1, 200)), t.display_name_folded) AS display, ?3 || '/Groups/' || t.id AS address
            FROM teams t
            WHERE t.tenant_id = ?1)
          SELECT 1
          FROM ends e
          CROSS JOIN team_members m ON m.tenant_id = ?1
            AND m.team_id = e.via
          WHERE (instr(e.display, ?5) > 0)
          LIMIT 350001)) <= 350000)
      AND iif((SELECT sum(total) FROM totals WHERE tenant_id = ?1 AND resource_type IN (?6)) * 1 > 1400000, 0, (SELECT coalesce(sum(5 + max(octet_length(users.folded) - 0, 0) * 2 / 112), 0)
        FROM users
        WHERE users.tenant_id = ?1
          AND ((users.id IN (WITH RECURSIVE down(team_id) AS (SELECT ?7
                UNION
                SELECT m.member_id
                FROM down
                CROSS JOIN team_members m ON m.tenant_id = ?1
                  AND m.team_id = down.team_id
                WHERE m.member_type = 'Group'
                  AND EXISTS (SELECT 1
                  FROM team_members INDEXED BY team_members_nested
                  WHERE tenant_id = ?1
                    AND member_type = 'Group'))
              SELECT m.member_id
              FROM down
              CROSS JOIN team_members m ON m.tenant_id = ?1
                AND m.team_id = down.team_id)))) <= 1400000), 1) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "Group"
-- ?3 = "https://scim.example.com/scim/v2"
-- ?4 = "a"
-- ?5 = "b"
-- ?6 = "User"
-- ?7 = "019a0000-0000-7000-8000-000000000005"
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
-- plan: SCALAR SUBQUERY 11
-- plan:   CO-ROUTINE (subquery-10)
-- plan:     SEARCH t USING INDEX teams_modified (tenant_id=?)
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan:   SCAN (subquery-10)
-- plan: SCALAR SUBQUERY 12
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: SCALAR SUBQUERY 17
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan:   LIST SUBQUERY 16
-- plan:     MATERIALIZE down
-- plan:       SETUP
-- plan:         SCAN CONSTANT ROW
-- plan:       RECURSIVE STEP
-- plan:         SCAN down
-- plan:         SCALAR SUBQUERY 14
-- plan:           SEARCH team_members USING COVERING INDEX team_members_nested (tenant_id=?)
-- plan:         SEARCH m USING COVERING INDEX team_members_within (tenant_id=? AND team_id=?)
-- plan:     SCAN down
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan:     CREATE BLOOM FILTER

SELECT iif(octet_length(record) <= 8000, record, id) AS record
FROM (SELECT *
  FROM (SELECT id, users.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || CASE (SELECT count(*)
      FROM (SELECT 1
        FROM team_members INDEXED BY team_members_nested
        WHERE tenant_id = ?1
          AND member_type = 'Group'
        LIMIT 991)) WHEN 0 THEN coalesce((
        SELECT group_concat('d' || g.team_id || json_quote(substr(t.display_name, 1, 200)), '\t')
        FROM team_members g INDEXED BY team_members_member
        CROSS JOIN teams t ON t.tenant_id = users.tenant_id
          AND t.id = g.team_id
        WHERE g.tenant_id = users.tenant_id
          AND g.member_id = users.id), '') WHEN 991 THEN NULL
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
      AND (((users.id IN (WITH RECURSIVE down(team_id) AS (SELECT ?2
              UNION
              SELECT m.member_id
              FROM down
              CROSS JOIN team_members m ON m.tenant_id = ?1
                AND m.team_id = down.team_id
              WHERE m.member_type = 'Group'
                AND EXISTS (SELECT 1
                FROM team_members INDEXED BY team_members_nested
                WHERE tenant_id = ?1
                  AND member_type = 'Group'))
            SELECT m.member_id
            FROM down
            CROSS JOIN team_members m ON m.tenant_id = ?1
              AND m.team_id = down.team_id)))
        AND (EXISTS (WITH RECURSIVE ends(via, value, kind, display, address) AS (SELECT t.id, t.id, 'direct', iif(length(t.display_name) > 200, coalesce(t.folded ->> '$."first 200"', substr(t.display_name_folded, 1, 200)), t.display_name_folded) AS display, ?3 || '/Groups/' || t.id AS address
            FROM teams t
            WHERE t.tenant_id = ?1), own AS MATERIALIZED (SELECT *
            FROM (SELECT e.via, e.value, e.kind, (((instr(e.display, ?4) > 0) IS TRUE) * 1 + ((instr(e.display, ?5) > 0) IS TRUE) * 256) AS marks0
              FROM ends e
              LIMIT -1)
            WHERE marks0), within(via, place) AS (SELECT m.member_id, p.value
            FROM own
            CROSS JOIN team_members m INDEXED BY team_members_within ON m.tenant_id = ?1
              AND m.team_id = own.via
              AND m.member_type = 'Group'
            CROSS JOIN json_each('[0,1]') p
            WHERE CASE p.value / 7 WHEN 0 THEN own.marks0
            END >> p.value % 7 * 8 & 1
            UNION
            SELECT m.member_id, within.place
            FROM within
            CROSS JOIN team_members m INDEXED BY team_members_within ON m.tenant_id = ?1
              AND m.team_id = within.via
              AND m.member_type = 'Group'), inherited AS (SELECT via, via, 'indirect', sum(iif(place / 7 = 0, 1 << place % 7 * 8, 0))
            FROM within
            GROUP BY via), marked AS MATERIALIZED (SELECT *, row_number() OVER () / 250 AS part
            FROM (SELECT * FROM own UNION ALL SELECT * FROM inherited)), counted AS MATERIALIZED (SELECT id, max(counts0 & 255) AS c0, max(counts0 & 65280) AS c1
            FROM (SELECT m.member_id AS id, sum(e.marks0) AS counts0
              FROM marked e
              CROSS JOIN team_members m ON m.tenant_id = ?1
                AND m.team_id = e.via
              GROUP BY m.member_id, e.part)
            GROUP BY id)
          SELECT 1
          FROM (SELECT 1
            WHERE (((((users.id IN (SELECT id FROM (SELECT id, c0 IS TRUE AS holds FROM counted) WHERE holds)))
                    OR ((users.folded ->> '$.title' = ?6))))
                AND ((((users.id IN (SELECT id FROM (SELECT id, c1 IS TRUE AS holds FROM counted) WHERE holds)))
                    OR ((users.folded ->> '$.title' = ?7)))))))))
    ORDER BY +users.id
    LIMIT ?8 + 0)
  LIMIT -1)
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- ?3 = "https://scim.example.com/scim/v2"
-- ?4 = "a"
-- ?5 = "b"
-- ?6 = "x"
-- ?7 = "y"
-- ?8 = 101
-- plan: CO-ROUTINE (subquery-29)
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan:   LIST SUBQUERY 11
-- plan:     MATERIALIZE down
-- plan:       SETUP
-- plan:         SCAN CONSTANT ROW
-- plan:       RECURSIVE STEP
-- plan:         SCAN down
-- plan:         SCALAR SUBQUERY 9
-- plan:           SEARCH team_members USING COVERING INDEX team_members_nested (tenant_id=?)
-- plan:         SEARCH m USING COVERING INDEX team_members_within (tenant_id=? AND team_id=?)
-- plan:     SCAN down
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan:     CREATE BLOOM FILTER
-- plan:   CORRELATED SCALAR SUBQUERY 28
-- plan:     CO-ROUTINE (subquery-27)
-- plan:       SCAN CONSTANT ROW
-- plan:       LIST SUBQUERY 24
-- plan:         MATERIALIZE counted
-- plan:           CO-ROUTINE (subquery-21)
-- plan:             MATERIALIZE marked
-- plan:               CO-ROUTINE (subquery-32)
-- plan:                 COMPOUND QUERY
-- plan:                   LEFT-MOST SUBQUERY
-- plan:                     MATERIALIZE own
-- plan:                       CO-ROUTINE (subquery-13)
-- plan:                         SEARCH t USING INDEX teams_modified (tenant_id=?)
-- plan:                       SCAN (subquery-13)
-- plan:                     SCAN own
-- plan:                   UNION ALL
-- plan:                     MATERIALIZE inherited
-- plan:                       MATERIALIZE within
-- plan:                         SETUP
-- plan:                           SCAN own
-- plan:                           SEARCH m USING COVERING INDEX team_members_within (tenant_id=? AND team_id=?)
-- plan:                           SCAN p VIRTUAL TABLE INDEX 1:
-- plan:                         RECURSIVE STEP
-- plan:                           SCAN within
-- plan:                           SEARCH m USING COVERING INDEX team_members_within (tenant_id=? AND team_id=?)
-- plan:                       SCAN within
-- plan:                       USE TEMP B-TREE FOR GROUP BY
-- plan:                     SCAN inherited
-- plan:               SCAN (subquery-32)
-- plan:             SCAN e
-- plan:             SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan:             USE TEMP B-TREE FOR GROUP BY
-- plan:           SCAN (subquery-21)
-- plan:           USE TEMP B-TREE FOR GROUP BY
-- plan:         SCAN counted
-- plan:         CREATE BLOOM FILTER
-- plan:       LIST SUBQUERY 26
-- plan:         SCAN counted
-- plan:         CREATE BLOOM FILTER
-- plan:     SCAN (subquery-27)
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
-- plan: SCAN (subquery-29)
