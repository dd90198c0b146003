-- GET /Groups?filter=members.value eq "019a0000-0000-7000-8000-000000000001"

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
-- ?2 = "Group"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)

SELECT iif(octet_length(record) <= 8000, record, id) AS record
FROM (SELECT *
  FROM (SELECT id, teams.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || '\n' || document AS record
    FROM teams
    WHERE teams.tenant_id = ?1
      AND (teams.id IN (SELECT m.team_id
        FROM team_members m INDEXED BY team_members_member
        WHERE m.tenant_id = ?1
          AND m.member_id = ?2))
    ORDER BY +teams.id
    LIMIT ?3 + 0)
  LIMIT -1)
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000001"
-- ?3 = 101
-- plan: CO-ROUTINE (subquery-2)
-- plan:   SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   LIST SUBQUERY 1
-- plan:     SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:     CREATE BLOOM FILTER
-- plan:   USE TEMP B-TREE FOR ORDER BY
-- plan: SCAN (subquery-2)

WITH RECURSIVE page(id) AS (SELECT id
  FROM (SELECT teams.id, 0 AS source
    FROM teams
    WHERE teams.tenant_id = ?1
      AND (teams.id IN (SELECT m.team_id
        FROM team_members m INDEXED BY team_members_member
        WHERE m.tenant_id = ?1
          AND m.member_id = ?2))
    ORDER BY +teams.id
    LIMIT ?3 + 0)
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
-- ?2 = "019a0000-0000-7000-8000-000000000001"
-- ?3 = 100
-- plan: CO-ROUTINE (subquery-12)
-- plan:   CO-ROUTINE (subquery-9)
-- plan:     CO-ROUTINE cut
-- plan:       SETUP
-- plan:         CO-ROUTINE (subquery-2)
-- plan:           SEARCH teams USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan:           LIST SUBQUERY 1
-- plan:             SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:             CREATE BLOOM FILTER
-- plan:           USE TEMP B-TREE FOR ORDER BY
-- plan:         SCAN (subquery-2)
-- plan:       RECURSIVE STEP
-- plan:         SCAN cut
-- plan:         SEARCH n USING COVERING INDEX team_members_member (tenant_id=? AND member_id=? AND team_id=?)
-- plan:         CORRELATED SCALAR SUBQUERY 5
-- plan:           SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id>?)
-- plan:     SCAN cut
-- plan:     CORRELATED SCALAR SUBQUERY 8
-- plan:       CO-ROUTINE m
-- plan:         SEARCH team_members USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id>?)
-- plan:       SCAN m
-- plan:   SCAN (subquery-9)
-- plan: SCAN (subquery-12)
