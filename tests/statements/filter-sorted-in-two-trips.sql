-- GET /Users?filter=title ew "eer" or active eq true&sortBy=emails.value&count=20&cursor=

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

SELECT json_extract('{}', CASE WHEN coalesce(iif((SELECT sum(total) FROM totals WHERE tenant_id = ?1 AND resource_type IN (?2)) * 9 > 1393700, 0, (SELECT coalesce(sum(7 + coalesce(json_array_length(users.folded, '$.emails'), 0) * 2 + max(octet_length(users.folded) - 0, 0) * 2 / 112 + max(octet_length(users.folded) - 0, 0) * 1 / 64 + max(octet_length(users.folded) - 2048, 0) * 1 / 64), 0)
        FROM users
        WHERE users.tenant_id = ?1) <= 1393700), 1) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = 1
-- ?2 = "User"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH users USING INDEX users_modified (tenant_id=?)

WITH matched AS MATERIALIZED (SELECT id, coalesce((SELECT e.value
      FROM json_each(folded, '$.emails') e
      WHERE e.value ->> '$.primary' = 1
      LIMIT 1), folded -> '$.emails' ->> 0) ->> '$.value' AS k, 0 AS source
  FROM users
  WHERE users.tenant_id = ?1
    AND (((substr(users.folded ->> '$.title', -length(?2)) = ?2))
      OR ((users.active = 1))))
SELECT count(*) AS key_text, NULL AS record
FROM matched
UNION ALL
SELECT key_text, iif(octet_length(record) <= 8000, record, id) AS record
FROM (SELECT *
  FROM (SELECT id, (SELECT (SELECT CASE typeof(x) WHEN 'null' THEN NULL WHEN 'text' THEN iif(length(x) > 200, 'l', 't') || substr(x, 1, 200)
        ELSE 'n' || x
        END
        FROM (SELECT coalesce((SELECT e.value
              FROM json_each(folded, '$.emails') e
              WHERE e.value ->> '$.primary' = 1
              LIMIT 1), folded -> '$.emails' ->> 0) ->> '$.value' AS x))
      FROM users
      WHERE users.tenant_id = ?1
        AND users.id = page.id) AS key_text, source, (SELECT users.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || CASE (SELECT count(*)
        FROM (SELECT 1
          FROM team_members INDEXED BY team_members_nested
          WHERE tenant_id = ?1
            AND member_type = 'Group'
          LIMIT 4762)) WHEN 0 THEN coalesce((
          SELECT group_concat('d' || g.team_id || json_quote(substr(t.display_name, 1, 200)), '\t')
          FROM team_members g INDEXED BY team_members_member
          CROSS JOIN teams t ON t.tenant_id = users.tenant_id
            AND t.id = g.team_id
          WHERE g.tenant_id = users.tenant_id
            AND g.member_id = users.id), '') WHEN 4762 THEN NULL
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
        AND users.id = page.id) AS record
    FROM (SELECT * FROM matched page ORDER BY page.k ASC NULLS LAST, page.id LIMIT ?3 + 0) page
    LIMIT -1)
  LIMIT -1)
-- ?1 = 1
-- ?2 = "eer"
-- ?3 = 21
-- plan: COMPOUND QUERY
-- plan:   LEFT-MOST SUBQUERY
-- plan:     MATERIALIZE matched
-- plan:       SEARCH users USING INDEX users_modified (tenant_id=?)
-- plan:       CORRELATED SCALAR SUBQUERY 1
-- plan:         SCAN e VIRTUAL TABLE INDEX 3:
-- plan:     SCAN matched
-- plan:   UNION ALL
-- plan:     CO-ROUTINE (subquery-18)
-- plan:       CO-ROUTINE (subquery-17)
-- plan:         CO-ROUTINE page
-- plan:           SCAN page
-- plan:           USE TEMP B-TREE FOR ORDER BY
-- plan:         SCAN page
-- plan:         CORRELATED SCALAR SUBQUERY 7
-- plan:           SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan:           CORRELATED SCALAR SUBQUERY 6
-- plan:             CO-ROUTINE (subquery-5)
-- plan:               SCAN CONSTANT ROW
-- plan:               CORRELATED SCALAR SUBQUERY 4
-- plan:                 SCAN e VIRTUAL TABLE INDEX 3:
-- plan:             SCAN (subquery-5)
-- plan:         CORRELATED SCALAR SUBQUERY 15
-- plan:           SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan:           SCALAR SUBQUERY 9
-- plan:             CO-ROUTINE (subquery-8)
-- plan:               SEARCH team_members USING COVERING INDEX team_members_nested (tenant_id=?)
-- plan:             SCAN (subquery-8)
-- plan:           CORRELATED SCALAR SUBQUERY 10
-- plan:             SEARCH g USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:             SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:           CORRELATED SCALAR SUBQUERY 14
-- plan:             CO-ROUTINE g
-- plan:               CO-ROUTINE up
-- plan:                 SETUP
-- plan:                   SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:                 RECURSIVE STEP
-- plan:                   SCAN up
-- plan:                   SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:               SCAN up
-- plan:               USE TEMP B-TREE FOR GROUP BY
-- plan:             SCAN g
-- plan:             SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:       SCAN (subquery-17)
-- plan:     SCAN (subquery-18)

SELECT ?1 AS tenant_id, NULL AS subject, (SELECT cursor_key FROM tenants WHERE id = ?1) AS cursor_key, NULL AS last_used_at, json_extract('{}', coalesce((SELECT CASE state WHEN 'suspended' THEN 'tenant suspended'
      ELSE 'unknown token'
      END
      FROM tenants INDEXED BY tenants_closed
      WHERE id = ?1
        AND state <> 'active'), '$')) AS is_open
-- ?1 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH tenants USING INTEGER PRIMARY KEY (rowid=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH tenants USING COVERING INDEX tenants_closed (id=?)

WITH RECURSIVE page(rows) AS MATERIALIZED (SELECT json_group_array(json_array(found, place))
  FROM (SELECT id AS found, source AS place
    FROM (SELECT value ->> 0 AS id, value ->> 1 AS source
      FROM json_each(?1)
      WHERE (SELECT 1 FROM users WHERE users.tenant_id = ?2 AND users.id = value ->> 0)
      LIMIT 21))), filled(number, before, next, place, record, beside) AS (SELECT 0, 0, rows -> 0, NULL, NULL, NULL
  FROM page
  UNION ALL
  SELECT number + 1, before + coalesce(octet_length(record) + 10 * CAST(record AS INTEGER), 0) + coalesce(octet_length(beside), 0), rows -> (number + 1), next ->> 1, iif(before + coalesce(octet_length(record) + 10 * CAST(record AS INTEGER), 0) + coalesce(octet_length(beside), 0) < 4000000, (SELECT (SELECT coalesce(walked, 0) || '\n' || users.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || coalesce(groups, '') || '\n' || document
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
          SELECT sum(15 + (SELECT count(*)
              FROM team_members m INDEXED BY team_members_nested
              WHERE m.tenant_id = users.tenant_id
                AND m.member_id = g.team_id
                AND m.member_type = 'Group')) AS walked, group_concat(substr(g.kind, 1, 1) || g.team_id || json_quote(substr(t.display_name, 1, 200)), '\t') AS groups
          FROM (SELECT team_id, min(kind) AS kind FROM up GROUP BY team_id) g
          CROSS JOIN teams t ON t.tenant_id = users.tenant_id
            AND t.id = g.team_id))
      FROM users
      WHERE users.tenant_id = ?2
        AND users.id = next ->> 0), NULL), iif(before + coalesce(octet_length(record) + 10 * CAST(record AS INTEGER), 0) + coalesce(octet_length(beside), 0) < 4000000, (SELECT (SELECT CASE typeof(x) WHEN 'null' THEN NULL WHEN 'text' THEN iif(length(x) > 200, 'l', 't') || substr(x, 1, 200)
        ELSE 'n' || x
        END
        FROM (SELECT coalesce((SELECT e.value
              FROM json_each(folded, '$.emails') e
              WHERE e.value ->> '$.primary' = 1
              LIMIT 1), folded -> '$.emails' ->> 0) ->> '$.value' AS x))
      FROM users
      WHERE users.tenant_id = ?2
        AND users.id = next ->> 0), NULL)
  FROM filled
  CROSS JOIN page
  WHERE next IS NOT NULL)
SELECT beside AS key_text, substr(record, instr(record, '\n') + 1) AS record
FROM filled
WHERE number > 0
-- ?1 = "[[\"019a0000-0000-7000-8000-000000000001\",0],[\"019a0000-0000-7000-8000-000000000003\",0]]"
-- ?2 = 1
-- plan: CO-ROUTINE filled
-- plan:   SETUP
-- plan:     MATERIALIZE page
-- plan:       CO-ROUTINE (subquery-2)
-- plan:         SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         CORRELATED SCALAR SUBQUERY 1
-- plan:           SEARCH users USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan:       SCAN (subquery-2)
-- plan:     SCAN page
-- plan:   RECURSIVE STEP
-- plan:     SCAN filled
-- plan:     SCAN page
-- plan:     CORRELATED SCALAR SUBQUERY 12
-- plan:       SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan:       CORRELATED SCALAR SUBQUERY 11
-- plan:         CO-ROUTINE (subquery-10)
-- plan:           CO-ROUTINE g
-- plan:             CO-ROUTINE up
-- plan:               SETUP
-- plan:                 SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:               RECURSIVE STEP
-- plan:                 SCAN up
-- plan:                 SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:             SCAN up
-- plan:             USE TEMP B-TREE FOR GROUP BY
-- plan:           SCAN g
-- plan:           SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:           CORRELATED SCALAR SUBQUERY 8
-- plan:             SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:         SCAN (subquery-10)
-- plan:     CORRELATED SCALAR SUBQUERY 16
-- plan:       SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan:       CORRELATED SCALAR SUBQUERY 15
-- plan:         CO-ROUTINE (subquery-14)
-- plan:           SCAN CONSTANT ROW
-- plan:           CORRELATED SCALAR SUBQUERY 13
-- plan:             SCAN e VIRTUAL TABLE INDEX 3:
-- plan:         SCAN (subquery-14)
-- plan: SCAN filled
