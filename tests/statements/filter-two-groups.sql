-- GET /Users?filter=groups.display eq "Staff" and groups.display sw "Eng"

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
          WHERE (e.display = ?4)
          LIMIT 350001)) + (SELECT count(*)
        FROM (WITH ends(via, value, kind, display, address) AS (SELECT t.id, t.id, 'direct', iif(length(t.display_name) > 200, coalesce(t.folded ->> '$."first 200"', substr(t.display_name_folded, 1, 200)), t.display_name_folded) AS display, ?3 || '/Groups/' || t.id AS address
            FROM teams t
            WHERE t.tenant_id = ?1)
          SELECT 1
          FROM ends e
          CROSS JOIN team_members m ON m.tenant_id = ?1
            AND m.team_id = e.via
          WHERE (substr(e.display, 1, length(?5)) = ?5)
          LIMIT 350001)) <= 350000), 1) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "Group"
-- ?3 = "https://scim.example.com/scim/v2"
-- ?4 = "staff"
-- ?5 = "eng"
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
      AND ((users.id IN (WITH RECURSIVE ends(via, value, kind, display, address) AS (SELECT t.id, t.id, 'direct', iif(length(t.display_name) > 200, coalesce(t.folded ->> '$."first 200"', substr(t.display_name_folded, 1, 200)), t.display_name_folded) AS display, ?2 || '/Groups/' || t.id AS address
            FROM teams t
            WHERE t.tenant_id = ?1), own AS MATERIALIZED (SELECT *
            FROM (SELECT e.via, e.value, e.kind, (((e.display = ?3) IS TRUE) * 1 + ((substr(e.display, 1, length(?4)) = ?4) IS TRUE) * 256) AS marks0
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
          SELECT id
          FROM (SELECT id, (c0 IS TRUE) AND (c1 IS TRUE) AS holds FROM counted)
          WHERE holds)))
    ORDER BY users.id
    LIMIT ?5 + 0)
  LIMIT -1)
-- ?1 = 1
-- ?2 = "https://scim.example.com/scim/v2"
-- ?3 = "staff"
-- ?4 = "eng"
-- ?5 = 100
-- plan: CO-ROUTINE (subquery-21)
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan:   LIST SUBQUERY 20
-- plan:     MATERIALIZE counted
-- plan:       CO-ROUTINE (subquery-17)
-- plan:         MATERIALIZE marked
-- plan:           CO-ROUTINE (subquery-24)
-- plan:             COMPOUND QUERY
-- plan:               LEFT-MOST SUBQUERY
-- plan:                 MATERIALIZE own
-- plan:                   CO-ROUTINE (subquery-9)
-- plan:                     SEARCH t USING INDEX teams_modified (tenant_id=?)
-- plan:                   SCAN (subquery-9)
-- plan:                 SCAN own
-- plan:               UNION ALL
-- plan:                 MATERIALIZE inherited
-- plan:                   MATERIALIZE within
-- plan:                     SETUP
-- plan:                       SCAN own
-- plan:                       SEARCH m USING COVERING INDEX team_members_within (tenant_id=? AND team_id=?)
-- plan:                       SCAN p VIRTUAL TABLE INDEX 1:
-- plan:                     RECURSIVE STEP
-- plan:                       SCAN within
-- plan:                       SEARCH m USING COVERING INDEX team_members_within (tenant_id=? AND team_id=?)
-- plan:                   SCAN within
-- plan:                   USE TEMP B-TREE FOR GROUP BY
-- plan:                 SCAN inherited
-- plan:           SCAN (subquery-24)
-- plan:         SCAN e
-- plan:         SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan:         USE TEMP B-TREE FOR GROUP BY
-- plan:       SCAN (subquery-17)
-- plan:       USE TEMP B-TREE FOR GROUP BY
-- plan:     SCAN counted
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
-- plan: SCAN (subquery-21)

SELECT count(*) AS total
FROM users
WHERE users.tenant_id = ?1
  AND ((users.id IN (WITH RECURSIVE ends(via, value, kind, display, address) AS (SELECT t.id, t.id, 'direct', iif(length(t.display_name) > 200, coalesce(t.folded ->> '$."first 200"', substr(t.display_name_folded, 1, 200)), t.display_name_folded) AS display, ?2 || '/Groups/' || t.id AS address
        FROM teams t
        WHERE t.tenant_id = ?1), own AS MATERIALIZED (SELECT *
        FROM (SELECT e.via, e.value, e.kind, (((e.display = ?3) IS TRUE) * 1 + ((substr(e.display, 1, length(?4)) = ?4) IS TRUE) * 256) AS marks0
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
      SELECT id
      FROM (SELECT id, (c0 IS TRUE) AND (c1 IS TRUE) AS holds FROM counted)
      WHERE holds)))
-- ?1 = 1
-- ?2 = "https://scim.example.com/scim/v2"
-- ?3 = "staff"
-- ?4 = "eng"
-- plan: SEARCH users USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 13
-- plan:   MATERIALIZE counted
-- plan:     CO-ROUTINE (subquery-10)
-- plan:       MATERIALIZE marked
-- plan:         CO-ROUTINE (subquery-15)
-- plan:           COMPOUND QUERY
-- plan:             LEFT-MOST SUBQUERY
-- plan:               MATERIALIZE own
-- plan:                 CO-ROUTINE (subquery-2)
-- plan:                   SEARCH t USING INDEX teams_modified (tenant_id=?)
-- plan:                 SCAN (subquery-2)
-- plan:               SCAN own
-- plan:             UNION ALL
-- plan:               MATERIALIZE inherited
-- plan:                 MATERIALIZE within
-- plan:                   SETUP
-- plan:                     SCAN own
-- plan:                     SEARCH m USING COVERING INDEX team_members_within (tenant_id=? AND team_id=?)
-- plan:                     SCAN p VIRTUAL TABLE INDEX 1:
-- plan:                   RECURSIVE STEP
-- plan:                     SCAN within
-- plan:                     SEARCH m USING COVERING INDEX team_members_within (tenant_id=? AND team_id=?)
-- plan:                 SCAN within
-- plan:                 USE TEMP B-TREE FOR GROUP BY
-- plan:               SCAN inherited
-- plan:         SCAN (subquery-15)
-- plan:       SCAN e
-- plan:       SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan:       USE TEMP B-TREE FOR GROUP BY
-- plan:     SCAN (subquery-10)
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN counted
-- plan:   CREATE BLOOM FILTER
