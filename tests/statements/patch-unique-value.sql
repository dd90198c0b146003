-- PATCH /Users/019a0000-0000-7000-8000-000000000001
-- {"Operations":[{"op":"add","path":"urn:example:params:scim:schemas:extension:workplace:2.0:User:badge","value":"8"}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}

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

SELECT id, iif(octet_length(document) <= 64000, document, NULL) AS document, version, octet_length(document) AS bytes
FROM users
WHERE users.tenant_id = ?1
  AND users.id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000001"
-- plan: SEARCH users USING INDEX users_id (tenant_id=? AND id=?)

SELECT ?1 AS tenant_id, NULL AS subject, '' AS cursor_key, NULL AS last_used_at, json_extract('{}', coalesce((SELECT CASE state WHEN 'suspended' THEN 'tenant suspended'
      ELSE 'unknown token'
      END
      FROM tenants INDEXED BY tenants_closed
      WHERE id = ?1
        AND state <> 'active'), '$')) AS is_open
-- ?1 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH tenants USING COVERING INDEX tenants_closed (id=?)

UPDATE users
SET version = ?1, updated_at = max(updated_at, ?2), document = ?3, folded = ?4
WHERE users.tenant_id = ?5
  AND users.id = ?6
  AND version = ?7
RETURNING users.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || coalesce(CASE WHEN EXISTS (SELECT 1
    FROM team_members INDEXED BY team_members_nested
    WHERE tenant_id = ?5
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
-- ?1 = "0000000000000010"
-- ?2 = "2026-01-01T00:00:00.010Z"
-- ?3 = "{\"active\":false,\"displayName\":\"Ada\",\"emails\":[{\"value\":\"a@example.com\"}],\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\",\"urn:example:params:scim:schemas:extension:workplace:2.0:User\"],\"urn:example:params:scim:schemas:extension:workplace:2.0:User\":{\"badge\":\"8\"},\"use … (17 bytes more)
-- ?4 = "{\"active\":false,\"displayName\":\"ada\",\"emails\":[{\"value\":\"a@example.com\"}],\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\",\"urn:example:params:scim:schemas:extension:workplace:2.0:User\"],\"urn:example:params:scim:schemas:extension:workplace:2.0:User\":{\"badge\":\"8\"},\"use … (17 bytes more)
-- ?5 = 1
-- ?6 = "019a0000-0000-7000-8000-000000000001"
-- ?7 = "000000000000000f"
-- plan: SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH team_members USING COVERING INDEX team_members_nested (tenant_id=?)
-- plan: CORRELATED SCALAR SUBQUERY 5
-- plan:   CO-ROUTINE g
-- plan:     MATERIALIZE up
-- plan:       SETUP
-- plan:         SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:       RECURSIVE STEP
-- plan:         SCAN up
-- plan:         SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:     SCAN up
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN g
-- plan:   SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 6
-- plan:   SEARCH g USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:   SEARCH t USING INDEX teams_id (tenant_id=? AND id=?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'User', ?4, o.kind, o.id, ?5, rtrim(json_object('label', o.label, 'version', ?6, 'externalId', substr(?7, 1, 200), 'name', substr(?8, 1, 200)), '}') || ',"changes":' || ?9 || '}'
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?7 AS id, ?10 AS label) o
WHERE changes() > 0
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.010Z"
-- ?3 = "user.updated"
-- ?4 = "019a0000-0000-7000-8000-000000000001"
-- ?5 = "req_019b76daa80a00000000000000000001"
-- ?6 = "0000000000000010"
-- ?7 = NULL
-- ?8 = "ada"
-- ?9 = "[{\"after\":[\"urn:ietf:params:scim:schemas:core:2.0:User\",\"urn:example:params:scim:schemas:extension:workplace:2.0:User\"],\"before\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"path\":\"schemas\"},{\"after\":\"8\",\"before\":null,\"path\":\"urn:example:params:scim:schemas:extension:workp … (24 bytes more)
-- ?10 = "SCIM_TOKEN"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

INSERT INTO unique_values (tenant_id, attribute, value, resource_id)
SELECT ?1, j.value ->> 0, j.value ->> 1, ?2
FROM json_each(?3) j
WHERE EXISTS (SELECT 1
  FROM users
  WHERE users.tenant_id = ?1
    AND users.id = ?2
    AND version = ?4)
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000001"
-- ?3 = "[[\"urn:example:params:scim:schemas:extension:workplace:2.0:User:badge\",\"8\"]]"
-- ?4 = "0000000000000010"
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
