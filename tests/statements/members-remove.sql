-- PATCH /Groups/019a0000-0000-7000-8000-000000000005
-- {"Operations":[{"op":"remove","path":"members[value eq \"019a0000-0000-7000-8000-000000000001\"]"}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}

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

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT max(seq) FROM events WHERE tenant_id = ?1), 0) + 1, ?2, ?3, 'Group', teams.id, o.kind, o.id, l.request, json_object('label', o.label, 'version', ?4, 'externalId', substr(teams.external_id, 1, 200), 'name', substr(teams.display_name, 1, 200), 'members', json_object('added', json(l.added), 'removed', json(l.removed)))
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?5 AS id, ?6 AS label) o
CROSS JOIN (SELECT team_id, request, json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE is_added) AS added, json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE NOT is_added) AS removed
  FROM (SELECT NULL AS team_id, NULL AS id, NULL AS type, NULL AS is_added, NULL AS request
    WHERE 0
    UNION ALL
    SELECT m.team_id, m.member_id, m.member_type, 0, ?7
    FROM json_each(?8) j
    CROSS JOIN team_members m ON m.tenant_id = ?1
      AND m.team_id = ?9
      AND m.member_id = j.value)) l
CROSS JOIN teams ON teams.tenant_id = o.tenant_id
  AND teams.id = l.team_id
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.009Z"
-- ?3 = "group.members"
-- ?4 = "000000000000000f"
-- ?5 = NULL
-- ?6 = "SCIM_TOKEN"
-- ?7 = "req_019b76daa80900000000000000000001"
-- ?8 = "[\"019a0000-0000-7000-8000-000000000001\"]"
-- ?9 = "019a0000-0000-7000-8000-000000000005"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: MATERIALIZE l
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     COMPOUND QUERY
-- plan:       LEFT-MOST SUBQUERY
-- plan:         SCAN CONSTANT ROW
-- plan:       UNION ALL
-- plan:         SCAN j VIRTUAL TABLE INDEX 1:
-- plan:         SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan:   SCAN (subquery-4)
-- plan: SCAN o
-- plan: SCAN l
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=?)

UPDATE teams
SET version = ?1, updated_at = max(updated_at, ?2)
WHERE teams.tenant_id = ?3
  AND teams.id = ?4
  AND changes() > 0
-- ?1 = "000000000000000f"
-- ?2 = "2026-01-01T00:00:00.009Z"
-- ?3 = 1
-- ?4 = "019a0000-0000-7000-8000-000000000005"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)

DELETE
FROM team_members AS m
WHERE m.tenant_id = ?1
  AND m.team_id = (SELECT r.id
  FROM teams r
  WHERE r.tenant_id = ?1
    AND r.id = ?2
    AND r.version = ?3)
  AND m.member_id IN (SELECT value FROM json_each(?4))
RETURNING member_id
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- ?3 = "000000000000000f"
-- ?4 = "[\"019a0000-0000-7000-8000-000000000001\"]"
-- plan: SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH r USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 2
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER

SELECT version
FROM teams
WHERE teams.tenant_id = ?1
  AND teams.id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
