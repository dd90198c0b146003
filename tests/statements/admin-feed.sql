-- GET /admin/v1/events?type=user.*&include=resource&limit=10

SELECT id, scopes, tenant_id, last_used_at, label
FROM operator_tokens
WHERE hash = ?1
  AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > ?2)
-- ?1 = "77db459e925ec879f0cfee83b4fe5d611e6bfa76781add28f36195cbba14aceb"
-- ?2 = "2026-01-01T00:00:00.018Z"
-- plan: SEARCH operator_tokens USING INDEX sqlite_autoindex_operator_tokens_2 (hash=?)

SELECT position, seq, looks, ?1 < (SELECT trimmed FROM sealing) AS is_trimmed
FROM (SELECT *, row_number() OVER () AS looks
  FROM (SELECT position, seq
    FROM events
    WHERE position > ?1
      AND typeof(seq) = 'integer'
      AND +seq BETWEEN 1
      AND 9000000000000000
      AND +position <= 9000000000000000
      AND typeof(tenant_id) = 'integer'
    ORDER BY position
    LIMIT 5000))
ORDER BY looks DESC
LIMIT 1
-- ?1 = 0
-- plan: CO-ROUTINE (subquery-3)
-- plan:   CO-ROUTINE (subquery-5)
-- plan:     SEARCH events USING INTEGER PRIMARY KEY (rowid>?)
-- plan:   SCAN (subquery-5)
-- plan: SCAN (subquery-3)
-- plan: SCALAR SUBQUERY 1
-- plan:   SCAN sealing
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT position, seq, at, event, found, tenant_id, seal, resource_type, resource_id
FROM (WITH shown AS MATERIALIZED (SELECT e.position, e.seq, e.at, e.tenant_id, e.resource_type, e.resource_id, rtrim(json_object('v', 1, 'id', 'evt_1_' || e.position, 'tenant', e.tenant_id, 'tenant_external_id', t.external_id, 'seq', e.seq, 'at', e.at, 'type', e.type, 'version', e.body ->> '$.version', 'actor', json_object('kind', e.actor_kind, 'id', e.actor_id, 'label', e.body ->> '$.label'), 'resource', iif(e.resource_id IS NULL, NULL, json_object('type', e.resource_type, 'id', e.resource_id, 'externalId', e.body ->> '$.externalId', 'name', e.body ->> '$.name')), 'request', e.request), '}') || coalesce(',"changes":' || CASE WHEN e.body -> '$.after' IS NULL
        AND e.body -> '$.before' IS NULL THEN e.body -> '$.changes'
      ELSE (SELECT '[' || group_concat(CASE WHEN a.type = 'object'
            AND a.key LIKE 'urn:%' THEN (SELECT group_concat('{"path":' || json_quote(a.key || ':' || x.key) || CASE WHEN instr(e.body -> '$.cut', json_quote(a.key || ':' || x.key)) THEN ',"before":null,"after":null,"cut":true}' WHEN a.path = '$.before' THEN ',"before":' || (e.body -> (a.path || '."' || a.key || '"."' || x.key || '"')) || ',"after":null}'
              ELSE ',"before":null,"after":' || (e.body -> (a.path || '."' || a.key || '"."' || x.key || '"')) || '}'
              END, ',')
            FROM json_each(a.value) x)
          ELSE '{"path":' || json_quote(a.key) || CASE WHEN instr(e.body -> '$.cut', json_quote(a.key)) THEN ',"before":null,"after":null,"cut":true}' WHEN a.path = '$.before' THEN ',"before":' || (e.body -> (a.path || '."' || a.key || '"')) || ',"after":null}'
          ELSE ',"before":null,"after":' || (e.body -> (a.path || '."' || a.key || '"')) || '}'
          END
          END, ',') || ']'
        FROM json_each(e.body, iif(e.body -> '$.after' IS NULL, '$.before', '$.after')) a)
      END, '') || coalesce(',"groups":' || (e.body -> '$.groups'), '') || coalesce(iif(e.body -> '$.groups' = '[]', NULL, ',"groups_version":' || (e.body -> '$.groups_version')), '') || coalesce(',"members":' || (e.body -> '$.members'), '') || coalesce(',"about":' || (e.body -> '$.about'), '') || '}' AS event, (SELECT json_object('seq', last_seq, 'head', head)
      FROM seals s
      WHERE s.tenant_id = e.tenant_id
        AND last_seq <= 9000000000000000
        AND typeof(last_seq) = 'integer'
        AND length(head) = 64
        AND typeof(head) = 'text'
      ORDER BY last_seq DESC
      LIMIT 1) AS seal
    FROM (SELECT position, tenant_id, seq, iif(typeof(at) = 'blob' OR octet_length(at) > 20000 OR instr(at, char(0)), '?', at) AS at, iif(typeof(type) = 'blob'
          OR octet_length(type) > 20000
          OR instr(type, char(0)), '?', type) AS type, iif(typeof(resource_type) = 'blob'
          OR octet_length(resource_type) > 20000
          OR instr(resource_type, char(0)), '?', resource_type) AS resource_type, iif(typeof(resource_id) = 'blob'
          OR octet_length(resource_id) > 20000
          OR instr(resource_id, char(0)), '?', resource_id) AS resource_id, iif(typeof(actor_kind) = 'blob'
          OR octet_length(actor_kind) > 20000
          OR instr(actor_kind, char(0)), '?', actor_kind) AS actor_kind, iif(typeof(actor_id) = 'blob'
          OR octet_length(actor_id) > 20000
          OR instr(actor_id, char(0)), '?', actor_id) AS actor_id, iif(typeof(request) = 'blob'
          OR octet_length(request) > 20000
          OR instr(request, char(0)), '?', request) AS request, iif(typeof(body) = 'text' AND json_valid(body), body, NULL) AS body
      FROM events
      WHERE position > ?1
        AND typeof(seq) = 'integer'
        AND +seq BETWEEN 1
        AND 9000000000000000
        AND +position <= 9000000000000000
        AND typeof(tenant_id) = 'integer'
      ORDER BY position
      LIMIT 5000) e
    LEFT JOIN tenants t ON t.id = e.tenant_id
    WHERE (t.shard = 1 OR e.tenant_id = 0)
      AND (EXISTS (SELECT 1
        FROM json_each(?2) w
        WHERE w.value = e.type
          OR substr(w.value, -2) = '.*'
          AND substr(e.type, 1, length(w.value) - 1) = substr(w.value, 1, length(w.value) - 1)
          OR w.value = 'user.updated'
          AND e.type IN ('user.activated', 'user.deactivated')
          AND json_array_length(e.body, '$.changes') > 1))
    LIMIT 11)
  SELECT *, count(*) OVER () AS found, sum(octet_length(event)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(event) AS before
  FROM shown)
WHERE before < 1000000
-- ?1 = 0
-- ?2 = "[\"user.*\"]"
-- plan: CO-ROUTINE (subquery-7)
-- plan:   CO-ROUTINE (subquery-9)
-- plan:     CO-ROUTINE (subquery-10)
-- plan:       MATERIALIZE shown
-- plan:         CO-ROUTINE e
-- plan:           SEARCH events USING INTEGER PRIMARY KEY (rowid>?)
-- plan:         SCAN e
-- plan:         CORRELATED SCALAR SUBQUERY 5
-- plan:           SCAN w VIRTUAL TABLE INDEX 1:
-- plan:         SEARCH t USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN
-- plan:         CORRELATED SCALAR SUBQUERY 2
-- plan:           SCAN a VIRTUAL TABLE INDEX 3:
-- plan:           CORRELATED SCALAR SUBQUERY 1
-- plan:             SCAN x VIRTUAL TABLE INDEX 1:
-- plan:         CORRELATED SCALAR SUBQUERY 3
-- plan:           SEARCH s USING PRIMARY KEY (tenant_id=? AND last_seq<?)
-- plan:       SCAN shown
-- plan:     SCAN (subquery-10)
-- plan:   SCAN (subquery-9)
-- plan: SCAN (subquery-7)

WITH RECURSIVE page(rows) AS MATERIALIZED (SELECT json_group_array(json_array(found, place))
  FROM (SELECT users.seq AS found, j.key AS place
    FROM json_each(?1) j
    CROSS JOIN users ON users.tenant_id = j.value ->> 0
      AND users.id = j.value ->> 1
    WHERE EXISTS (SELECT 1 FROM tenants n WHERE n.id = j.value ->> 0 AND n.state <> 'deleted'))), filled(number, before, next, place, record, beside) AS (SELECT 0, 0, rows -> 0, NULL, NULL, NULL
  FROM page
  UNION ALL
  SELECT number + 1, before + coalesce(octet_length(record) + 10 * CAST(record AS INTEGER), 0) + coalesce(octet_length(beside), 0), rows -> (number + 1), next ->> 1, iif(before + coalesce(octet_length(record) + 10 * CAST(record AS INTEGER), 0) + coalesce(octet_length(beside), 0) < 1000000, (SELECT (SELECT coalesce(walked, 0) || '\n' || users.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || coalesce(groups, '') || '\n' || document
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
      WHERE users.seq = next ->> 0), NULL), iif(before + coalesce(octet_length(record) + 10 * CAST(record AS INTEGER), 0) + coalesce(octet_length(beside), 0) < 1000000, '', NULL)
  FROM filled
  CROSS JOIN page
  WHERE next IS NOT NULL)
SELECT place, beside AS members, substr(record, instr(record, '\n') + 1) AS record
FROM filled
WHERE number > 0
-- ?1 = "[[1,\"019a0000-0000-7000-8000-000000000001\"],[1,\"019a0000-0000-7000-8000-000000000003\"]]"
-- plan: CO-ROUTINE filled
-- plan:   SETUP
-- plan:     MATERIALIZE page
-- plan:       SCAN j VIRTUAL TABLE INDEX 1:
-- plan:       CORRELATED SCALAR SUBQUERY 1
-- plan:         SEARCH n USING INTEGER PRIMARY KEY (rowid=?)
-- plan:       SEARCH users USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan:     SCAN page
-- plan:   RECURSIVE STEP
-- plan:     SCAN filled
-- plan:     SCAN page
-- plan:     CORRELATED SCALAR SUBQUERY 11
-- plan:       SEARCH users USING INTEGER PRIMARY KEY (rowid=?)
-- plan:       CORRELATED SCALAR SUBQUERY 10
-- plan:         CO-ROUTINE (subquery-9)
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
-- plan:           CORRELATED SCALAR SUBQUERY 7
-- plan:             SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:         SCAN (subquery-9)
-- plan: SCAN filled
