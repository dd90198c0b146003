-- PATCH /Groups/019a0000-0000-7000-8000-000000000005
-- {"Operations":[{"op":"add","path":"members","value":[{"value":"cid"}]}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}

SELECT ?1 AS tenant_id, NULL AS subject, '' AS cursor_key, NULL AS last_used_at, json_extract('{}', coalesce((SELECT CASE state WHEN 'suspended' THEN 'tenant suspended'
      ELSE 'unknown token'
      END
      FROM tenants INDEXED BY tenants_closed
      WHERE id = ?1
        AND state <> 'active'), (SELECT 'settings are others'
      FROM tenants INDEXED BY tenants_settings
      WHERE id = ?1
        AND settings_version > ?1), '$')) AS is_open
-- ?1 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH tenants USING COVERING INDEX tenants_closed (id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH tenants USING COVERING INDEX tenants_settings (id=? AND settings_version>?)

SELECT j.value ->> 0 AS value, coalesce((SELECT id FROM users WHERE tenant_id = ?1 AND id = j.value ->> 0), (SELECT id FROM teams WHERE tenant_id = ?1 AND id = j.value ->> 0), (SELECT id
    FROM users
    WHERE tenant_id = ?1
      AND external_id = j.value ->> 0
    ORDER BY seq
    LIMIT 1), (SELECT id FROM users WHERE tenant_id = ?1 AND user_name_folded = j.value ->> 1)) AS id
FROM json_each(?2) j
-- ?1 = 1
-- ?2 = "[[\"cid\",\"cid\"]]"
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: CORRELATED SCALAR SUBQUERY 1
-- plan:   SEARCH users USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH teams USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 3
-- plan:   SEARCH users USING INDEX users_external_id (tenant_id=? AND external_id=?)
-- plan: CORRELATED SCALAR SUBQUERY 4
-- plan:   SEARCH users USING INDEX users_user_name (tenant_id=? AND user_name_folded=?)

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

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'Group', teams.id, o.kind, o.id, ?4, rtrim(json_object('label', o.label, 'version', ?5, 'externalId', substr(teams.external_id, 1, 200), 'name', substr(teams.display_name, 1, 200)), '}') || ',"members":' || '{"added":' || o.added || ',"removed":' || o.removed || '}' || '}'
FROM (SELECT *, '[]' AS added, '[]' AS removed
  FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?6 AS id, ?7 AS label) o
  LIMIT 1) o
CROSS JOIN teams ON teams.tenant_id = o.tenant_id
  AND teams.id = ?8
WHERE o.added <> '[]'
  OR o.removed <> '[]'
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.007Z"
-- ?3 = "group.members"
-- ?4 = "req_019b76daa80700000000000000000001"
-- ?5 = "000000000000000b"
-- ?6 = NULL
-- ?7 = "SCIM_TOKEN"
-- ?8 = "019a0000-0000-7000-8000-000000000005"
-- plan: CO-ROUTINE o
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan: SCAN o
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

UPDATE teams
SET version = ?1, updated_at = max(updated_at, ?2)
WHERE teams.tenant_id = ?3
  AND teams.id = ?4
  AND changes() > 0
-- ?1 = "000000000000000b"
-- ?2 = "2026-01-01T00:00:00.007Z"
-- ?3 = 1
-- ?4 = "019a0000-0000-7000-8000-000000000005"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)

SELECT version
FROM teams
WHERE teams.tenant_id = ?1
  AND teams.id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)

INSERT INTO pending_members (tenant_id, value, team_id, folded)
SELECT ?1, j.value ->> 0, ?2, j.value ->> 1
FROM json_each(?3) j
WHERE (EXISTS (SELECT 1
    FROM teams
    WHERE teams.tenant_id = ?1
      AND teams.id = ?2
      AND version = ?4)
    OR EXISTS (SELECT 1 FROM teams WHERE teams.tenant_id = ?1 AND teams.id = ?2))
ON CONFLICT DO NOTHING
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- ?3 = "[[\"cid\",\"cid\"]]"
-- ?4 = "000000000000000b"
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH teams USING COVERING INDEX teams_id (tenant_id=? AND id=?)

SELECT json_extract('{}', CASE WHEN NOT EXISTS (SELECT 1
    FROM json_each(?1) j
    WHERE coalesce((SELECT id FROM users WHERE tenant_id = ?2 AND id = j.value ->> 0), (SELECT id FROM teams WHERE tenant_id = ?2 AND id = j.value ->> 0), (SELECT id
        FROM users
        WHERE tenant_id = ?2
          AND external_id = j.value ->> 0
        ORDER BY seq
        LIMIT 1), (SELECT id FROM users WHERE tenant_id = ?2 AND user_name_folded = j.value ->> 1)) IS NOT NULL) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "[[\"cid\",\"cid\"]]"
-- ?2 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 5
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH users USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 2
-- plan:     SEARCH teams USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 3
-- plan:     SEARCH users USING INDEX users_external_id (tenant_id=? AND external_id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 4
-- plan:     SEARCH users USING INDEX users_user_name (tenant_id=? AND user_name_folded=?)
