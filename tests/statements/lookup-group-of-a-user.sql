-- GET /Groups?filter=id eq "019a0000-0000-7000-8000-000000000005" and members.value eq "019a0000-0000-7000-8000-000000000003"

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

SELECT iif(octet_length(record) <= 8000, record, id) AS record
FROM (SELECT *
  FROM (SELECT id, teams.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || '\n' || document AS record
    FROM teams
    WHERE teams.tenant_id = ?1
      AND (((teams.id = ?2))
        AND ((EXISTS (SELECT 1
            FROM (SELECT m.member_id AS value, lower(m.member_type) AS kind, CASE m.member_type WHEN 'Group' THEN (SELECT iif(length(t.display_name) > 200, coalesce(t.folded ->> '$."first 200"', substr(t.display_name_folded, 1, 200)), t.display_name_folded)
                FROM teams t
                WHERE t.tenant_id = m.tenant_id
                  AND t.id = m.member_id)
              ELSE (SELECT iif(length(coalesce(u.display_name, u.user_name)) > 200, coalesce(u.folded ->> '$."first 200"', substr(coalesce(u.display_name_folded, u.user_name_folded), 1, 200)), coalesce(u.display_name_folded, u.user_name_folded))
                FROM users u
                WHERE u.tenant_id = m.tenant_id
                  AND u.id = m.member_id)
              END AS display, ?3 || '/' || m.member_type || 's/' || m.member_id AS address
              FROM team_members m
              WHERE m.tenant_id = teams.tenant_id
                AND m.team_id = teams.id) e
            WHERE (e.value = ?4)))))
    ORDER BY +teams.id
    LIMIT ?5 + 0)
  LIMIT -1)
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- ?3 = "https://scim.example.com/scim/v2"
-- ?4 = "019a0000-0000-7000-8000-000000000003"
-- ?5 = 101
-- plan: CO-ROUTINE (subquery-5)
-- plan:   SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 4
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan: SCAN (subquery-5)

WITH RECURSIVE page(id) AS (SELECT id
  FROM (SELECT teams.id, 0 AS source
    FROM teams
    WHERE teams.tenant_id = ?1
      AND (((teams.id = ?2))
        AND ((EXISTS (SELECT 1
            FROM (SELECT m.member_id AS value, lower(m.member_type) AS kind, CASE m.member_type WHEN 'Group' THEN (SELECT iif(length(t.display_name) > 200, coalesce(t.folded ->> '$."first 200"', substr(t.display_name_folded, 1, 200)), t.display_name_folded)
                FROM teams t
                WHERE t.tenant_id = m.tenant_id
                  AND t.id = m.member_id)
              ELSE (SELECT iif(length(coalesce(u.display_name, u.user_name)) > 200, coalesce(u.folded ->> '$."first 200"', substr(coalesce(u.display_name_folded, u.user_name_folded), 1, 200)), coalesce(u.display_name_folded, u.user_name_folded))
                FROM users u
                WHERE u.tenant_id = m.tenant_id
                  AND u.id = m.member_id)
              END AS display, ?3 || '/' || m.member_type || 's/' || m.member_id AS address
              FROM team_members m
              WHERE m.tenant_id = teams.tenant_id
                AND m.team_id = teams.id) e
            WHERE (e.value = ?4)))))
    ORDER BY +teams.id
    LIMIT ?5 + 0)
  WHERE source = 0), cut(id, after, chunks) AS (SELECT id, '', 0 AS chunks
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
  LIMIT 150)
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
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- ?3 = "https://scim.example.com/scim/v2"
-- ?4 = "019a0000-0000-7000-8000-000000000003"
-- ?5 = 100
-- plan: CO-ROUTINE (subquery-15)
-- plan:   CO-ROUTINE (subquery-12)
-- plan:     CO-ROUTINE cut
-- plan:       SETUP
-- plan:         CO-ROUTINE (subquery-5)
-- plan:           SEARCH teams USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan:           CORRELATED SCALAR SUBQUERY 4
-- plan:             SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan:         SCAN (subquery-5)
-- plan:       RECURSIVE STEP
-- plan:         SCAN cut
-- plan:         SEARCH n USING COVERING INDEX team_members_member (tenant_id=? AND member_id=? AND team_id=?)
-- plan:         CORRELATED SCALAR SUBQUERY 8
-- plan:           SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id>?)
-- plan:     SCAN cut
-- plan:     CORRELATED SCALAR SUBQUERY 11
-- plan:       CO-ROUTINE m
-- plan:         SEARCH team_members USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id>?)
-- plan:       SCAN m
-- plan:   SCAN (subquery-12)
-- plan: SCAN (subquery-15)
