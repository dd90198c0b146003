-- POST /Bulk
-- {"Operations":[{"bulkId":"g","data":{"displayName":"g","members":[{"value":"019a0000-0000-7000-8000-000000000001"}],"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"]},"method":"POST","path":"/Groups"},{"bulkId":"h","data":{"displayName":"h","members":[{"value":"019a0000-0000-7000-8000-000000 … (168 bytes more)

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

INSERT INTO teams (tenant_id, created_at, updated_at, name_is_unique, id, version, document, folded, display_name_folded, external_id)
SELECT t.id, ?1, ?1, 1, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5
FROM (SELECT ?2 AS id) t
CROSS JOIN json_each(?3) j
WHERE t.id IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING id
-- ?1 = "2026-01-01T00:00:00.007Z"
-- ?2 = 1
-- ?3 = "[[\"019a0000-0000-7000-8000-00000000000f\",\"0000000000000011\",\"{\\\"displayName\\\":\\\"g\\\",\\\"schemas\\\":[\\\"urn:ietf:params:scim:schemas:core:2.0:Group\\\"]}\",\"{\\\"displayName\\\":\\\"g\\\",\\\"schemas\\\":[\\\"urn:ietf:params:scim:schemas:core:2.0:Group\\\"]}\",\"g\",null],[\"019a0000 … (277 bytes more)
-- plan: CO-ROUTINE t
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN t
-- plan: SCAN j VIRTUAL TABLE INDEX 1:

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + iif(teams.seq - (SELECT teams.seq
    FROM (SELECT 1)
    CROSS JOIN json_each(?2) j
    CROSS JOIN teams ON teams.tenant_id = ?1
      AND teams.id = j.value ->> 1
      AND teams.version = j.value ->> 2
    LIMIT 1) BETWEEN 0
    AND j.key, teams.seq - (SELECT teams.seq
    FROM (SELECT 1)
    CROSS JOIN json_each(?2) j
    CROSS JOIN teams ON teams.tenant_id = ?1
      AND teams.id = j.value ->> 1
      AND teams.version = j.value ->> 2
    LIMIT 1), j.key) + 1, ?3, ?4, 'Group', teams.id, o.kind, o.id, j.value ->> 0, json_object('label', o.label, 'version', teams.version, 'externalId', substr(teams.external_id, 1, 200), 'name', substr(teams.document ->> '$.displayName', 1, 200), 'after', iif(octet_length(teams.document) <= 12000, json(teams.document), (SELECT json_group_object(key, json(iif(path = '', object -> ('$."' || key || '"'), object)))
      FROM (SELECT key, path, json_group_object(name, iif(fits, json(value), NULL)) AS object
        FROM (SELECT a.key AS key, a.path AS path, x.key AS name, a.object -> x.fullkey AS value, octet_length(x.value) <= 12000 / count(*) OVER () AS fits
          FROM (SELECT key, iif(inside, key || ':', '') AS path, iif(inside, value, json_object(key, json(document -> fullkey))) AS object
            FROM (SELECT key, value, fullkey, teams.document AS document, d.type = 'object'
                AND d.key LIKE 'urn:%' AS inside
              FROM json_each(teams.document) d)) a
          CROSS JOIN json_each(a.object) x)
        GROUP BY key))), 'cut', iif(octet_length(teams.document) <= 12000, NULL, (SELECT json_group_array(path || name) FILTER (WHERE NOT fits)
      FROM (SELECT a.key AS key, a.path AS path, x.key AS name, a.object -> x.fullkey AS value, octet_length(x.value) <= 12000 / count(*) OVER () AS fits
        FROM (SELECT key, iif(inside, key || ':', '') AS path, iif(inside, value, json_object(key, json(document -> fullkey))) AS object
          FROM (SELECT key, value, fullkey, teams.document AS document, d.type = 'object'
              AND d.key LIKE 'urn:%' AS inside
            FROM json_each(teams.document) d)) a
        CROSS JOIN json_each(a.object) x))))
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?5 AS id, ?6 AS label) o
CROSS JOIN json_each(?2) j
CROSS JOIN teams ON teams.tenant_id = ?1
  AND teams.id = j.value ->> 1
  AND teams.version = j.value ->> 2
-- ?1 = 1
-- ?2 = "[[\"req_019b76daa80700000000000000000001:1\",\"019a0000-0000-7000-8000-00000000000f\",\"0000000000000011\"],[\"req_019b76daa80700000000000000000001:2\",\"019a0000-0000-7000-8000-000000000010\",\"0000000000000012\"]]"
-- ?3 = "2026-01-01T00:00:00.007Z"
-- ?4 = "group.created"
-- ?5 = NULL
-- ?6 = "SCIM_TOKEN"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan: SCALAR SUBQUERY 3
-- plan:   CO-ROUTINE (subquery-2)
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN (subquery-2)
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 5
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN (subquery-4)
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 10
-- plan:   CO-ROUTINE (subquery-9)
-- plan:     CO-ROUTINE (subquery-8)
-- plan:       CO-ROUTINE (subquery-17)
-- plan:         SCAN d VIRTUAL TABLE INDEX 1:
-- plan:         SCAN x VIRTUAL TABLE INDEX 1:
-- plan:       SCAN (subquery-17)
-- plan:     SCAN (subquery-8)
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN (subquery-9)
-- plan: CORRELATED SCALAR SUBQUERY 14
-- plan:   CO-ROUTINE (subquery-13)
-- plan:     CO-ROUTINE (subquery-18)
-- plan:       SCAN d VIRTUAL TABLE INDEX 1:
-- plan:       SCAN x VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-18)
-- plan:   SCAN (subquery-13)

INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display)
SELECT r.tenant_id, r.id, j.value, iif(u.seq IS NULL, 'Group', 'User'), substr(coalesce(u.display_name, u.user_name, t.display_name), 1, 200)
FROM json_each(?1) g
CROSS JOIN teams r ON r.tenant_id = ?2
  AND r.id = g.value ->> 0
CROSS JOIN json_each(g.value, '$[1]') j
LEFT JOIN users u ON u.tenant_id = ?2
  AND u.id = j.value
LEFT JOIN teams t ON u.seq IS NULL
  AND t.tenant_id = ?2
  AND t.id = j.value
WHERE (u.seq IS NOT NULL OR t.seq IS NOT NULL)
ON CONFLICT DO NOTHING
-- ?1 = "[[\"019a0000-0000-7000-8000-00000000000f\",[\"019a0000-0000-7000-8000-000000000001\"]],[\"019a0000-0000-7000-8000-000000000010\",[\"019a0000-0000-7000-8000-000000000003\"]]]"
-- ?2 = 1
-- plan: SCAN g VIRTUAL TABLE INDEX 1:
-- plan: SEARCH r USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN j VIRTUAL TABLE INDEX 3:
-- plan: SEARCH u USING INDEX users_id (tenant_id=? AND id=?) LEFT-JOIN
-- plan: SEARCH t USING INDEX teams_id (tenant_id=? AND id=?) LEFT-JOIN

SELECT json_extract('{}', CASE WHEN NOT EXISTS (SELECT 1
    FROM json_each(?1) g
    CROSS JOIN teams r ON r.tenant_id = ?2
      AND r.id = g.value ->> 0
    CROSS JOIN json_each(g.value, '$[1]') j
    WHERE NOT EXISTS (SELECT 1
      FROM team_members m
      WHERE m.tenant_id = ?2
        AND m.team_id = r.id
        AND m.member_id = j.value)) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "[[\"019a0000-0000-7000-8000-00000000000f\",[\"019a0000-0000-7000-8000-000000000001\"]],[\"019a0000-0000-7000-8000-000000000010\",[\"019a0000-0000-7000-8000-000000000003\"]]]"
-- ?2 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN g VIRTUAL TABLE INDEX 1:
-- plan:   SEARCH r USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan:   SCAN j VIRTUAL TABLE INDEX 3:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + row_number() OVER (), ?2, ?3, 'Group', teams.id, o.kind, o.id, l.request, rtrim(json_object('label', o.label, 'version', teams.version, 'externalId', substr(teams.external_id, 1, 200), 'name', substr(teams.display_name, 1, 200)), '}') || ',"members":' || '{"added":' || l.added || ',"removed":' || l.removed || '}' || '}'
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?4 AS id, ?5 AS label) o
CROSS JOIN (SELECT team_id, request, json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE is_added) AS added, json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE NOT is_added) AS removed
  FROM (SELECT *, (row_number() OVER (PARTITION BY team_id, request) - 1) / 250 AS part
    FROM (SELECT NULL AS team_id, NULL AS id, NULL AS type, NULL AS is_added, NULL AS request
      WHERE 0
      UNION ALL
      SELECT m.team_id, m.member_id, m.member_type, 1, j.value ->> 0
      FROM json_each(?6) j
      CROSS JOIN team_members m ON m.tenant_id = ?1
        AND m.team_id = j.value ->> 1))
  GROUP BY team_id, request, part) l
CROSS JOIN teams ON teams.tenant_id = o.tenant_id
  AND teams.id = l.team_id
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.007Z"
-- ?3 = "group.members"
-- ?4 = NULL
-- ?5 = "SCIM_TOKEN"
-- ?6 = "[[\"req_019b76daa80700000000000000000001:1\",\"019a0000-0000-7000-8000-00000000000f\"],[\"req_019b76daa80700000000000000000001:2\",\"019a0000-0000-7000-8000-000000000010\"]]"
-- plan: CO-ROUTINE (subquery-8)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   MATERIALIZE l
-- plan:     CO-ROUTINE (subquery-5)
-- plan:       CO-ROUTINE (subquery-9)
-- plan:         CO-ROUTINE (subquery-4)
-- plan:           COMPOUND QUERY
-- plan:             LEFT-MOST SUBQUERY
-- plan:               SCAN CONSTANT ROW
-- plan:             UNION ALL
-- plan:               SCAN j VIRTUAL TABLE INDEX 1:
-- plan:               SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=?)
-- plan:         SCAN (subquery-4)
-- plan:         USE TEMP B-TREE FOR ORDER BY
-- plan:       SCAN (subquery-9)
-- plan:     SCAN (subquery-5)
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN o
-- plan:   SCAN l
-- plan:   SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN (subquery-8)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
