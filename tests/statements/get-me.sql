-- GET /Me

SELECT coalesce(t.tenant_id, json_extract('{}', 'unknown token')) AS tenant_id, t.subject, '' AS cursor_key, t.last_used_at, json_extract('{}', coalesce((SELECT CASE state WHEN 'suspended' THEN 'tenant suspended'
      ELSE 'unknown token'
      END
      FROM tenants INDEXED BY tenants_closed
      WHERE id = t.tenant_id
        AND state <> 'active'),  (SELECT 'settings are others'
      FROM tenants INDEXED BY tenants_settings
      WHERE id = t.tenant_id
        AND settings_version > ?1), '$')) AS is_open
FROM (SELECT 1)
LEFT JOIN tokens t ON hash = ?2
  AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > ?3)
-- ?1 = 0
-- ?2 = "74e66d134185e303d9b385efd7c3e2b58723a2a12259aca8f706633075b2d345"
-- ?3 = "2026-01-01T00:00:00.008Z"
-- plan: CO-ROUTINE (subquery-3)
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN (subquery-3)
-- plan: SEARCH t USING PRIMARY KEY (hash=?) LEFT-JOIN
-- plan: CORRELATED SCALAR SUBQUERY 1
-- plan:   SEARCH tenants USING COVERING INDEX tenants_closed (id=?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH tenants USING COVERING INDEX tenants_settings (id=? AND settings_version>?)

SELECT users.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || coalesce(CASE WHEN EXISTS (SELECT 1
    FROM team_members INDEXED BY team_members_nested
    WHERE tenant_id = (SELECT tenant_id
      FROM tokens
      WHERE hash = ?1
        AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > ?2))
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
FROM users
WHERE users.tenant_id = (SELECT tenant_id
  FROM tokens
  WHERE hash = ?1
    AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > ?2))
  AND users.id = (SELECT subject
  FROM tokens
  WHERE hash = ?1
    AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > ?2))
-- ?1 = "74e66d134185e303d9b385efd7c3e2b58723a2a12259aca8f706633075b2d345"
-- ?2 = "2026-01-01T00:00:00.008Z"
-- plan: SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 8
-- plan:   SEARCH tokens USING PRIMARY KEY (hash=?)
-- plan: SCALAR SUBQUERY 9
-- plan:   SEARCH tokens USING PRIMARY KEY (hash=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH team_members USING COVERING INDEX team_members_nested (tenant_id=?)
-- plan:   SCALAR SUBQUERY 1
-- plan:     SEARCH tokens USING PRIMARY KEY (hash=?)
-- plan: CORRELATED SCALAR SUBQUERY 6
-- plan:   CO-ROUTINE g
-- plan:     CO-ROUTINE up
-- plan:       SETUP
-- plan:         SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:       RECURSIVE STEP
-- plan:         SCAN up
-- plan:         SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:     SCAN up
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN g
-- plan:   SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 7
-- plan:   SEARCH g USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:   SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
