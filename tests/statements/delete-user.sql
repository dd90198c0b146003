-- DELETE /Users/019a0000-0000-7000-8000-000000000001

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
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'User', users.id, o.kind, o.id, ?4, json_object('label', o.label, 'version', users.version, 'externalId', substr(users.external_id, 1, 200), 'name', substr(users.document ->> '$.userName', 1, 200), 'before', iif(octet_length(users.document) <= 12000, json(users.document), (SELECT json_group_object(key, json(iif(path = '', object -> ('$."' || key || '"'), object)))
      FROM (SELECT key, path, json_group_object(name, iif(fits, json(value), NULL)) AS object
        FROM (SELECT a.key AS key, a.path AS path, x.key AS name, a.object -> x.fullkey AS value, octet_length(x.value) <= 12000 / count(*) OVER () AS fits
          FROM (SELECT key, iif(inside, key || ':', '') AS path, iif(inside, value, json_object(key, json(document -> fullkey))) AS object
            FROM (SELECT key, value, fullkey, users.document AS document, d.type = 'object'
                AND d.key LIKE 'urn:%' AS inside
              FROM json_each(users.document) d)) a
          CROSS JOIN json_each(a.object) x)
        GROUP BY key))), 'cut', iif(octet_length(users.document) <= 12000, NULL, (SELECT json_group_array(path || name) FILTER (WHERE NOT fits)
      FROM (SELECT a.key AS key, a.path AS path, x.key AS name, a.object -> x.fullkey AS value, octet_length(x.value) <= 12000 / count(*) OVER () AS fits
        FROM (SELECT key, iif(inside, key || ':', '') AS path, iif(inside, value, json_object(key, json(document -> fullkey))) AS object
          FROM (SELECT key, value, fullkey, users.document AS document, d.type = 'object'
              AND d.key LIKE 'urn:%' AS inside
            FROM json_each(users.document) d)) a
        CROSS JOIN json_each(a.object) x))), 'groups_version', ?5, 'groups', (SELECT json_group_array(team_id)
    FROM (SELECT m.team_id
      FROM team_members m INDEXED BY team_members_member
      WHERE m.tenant_id = users.tenant_id
        AND m.member_id = users.id
      LIMIT 250)))
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?6 AS id, ?7 AS label) o
CROSS JOIN users
WHERE users.tenant_id = ?1
  AND users.id = ?8
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.011Z"
-- ?3 = "user.deleted"
-- ?4 = "req_019b76daa80b00000000000000000001"
-- ?5 = "0000000000000011"
-- ?6 = NULL
-- ?7 = "SCIM_TOKEN"
-- ?8 = "019a0000-0000-7000-8000-000000000001"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan: CORRELATED SCALAR SUBQUERY 6
-- plan:   CO-ROUTINE (subquery-5)
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       CO-ROUTINE (subquery-15)
-- plan:         SCAN d VIRTUAL TABLE INDEX 1:
-- plan:         SCAN x VIRTUAL TABLE INDEX 1:
-- plan:       SCAN (subquery-15)
-- plan:     SCAN (subquery-4)
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN (subquery-5)
-- plan: CORRELATED SCALAR SUBQUERY 10
-- plan:   CO-ROUTINE (subquery-9)
-- plan:     CO-ROUTINE (subquery-16)
-- plan:       SCAN d VIRTUAL TABLE INDEX 1:
-- plan:       SCAN x VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-16)
-- plan:   SCAN (subquery-9)
-- plan: CORRELATED SCALAR SUBQUERY 12
-- plan:   CO-ROUTINE (subquery-11)
-- plan:     SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:   SCAN (subquery-11)

UPDATE teams
SET version = ?1, updated_at = max(updated_at, ?2)
WHERE tenant_id = ?3
  AND id IN (SELECT m.team_id
  FROM team_members m INDEXED BY team_members_member
  WHERE m.tenant_id = ?3
    AND m.member_id = ?4)
-- ?1 = "0000000000000011"
-- ?2 = "2026-01-01T00:00:00.011Z"
-- ?3 = 1
-- ?4 = "019a0000-0000-7000-8000-000000000001"
-- plan: SEARCH teams USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH m USING COVERING INDEX team_members_member (tenant_id=? AND member_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM users
WHERE users.tenant_id = ?1
  AND users.id = ?2
RETURNING seq
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000001"
-- plan: SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
