-- POST /tenants/1/import

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

INSERT INTO jobs (id, tenant_id, kind, scope, marker, lease_until, created_at)
SELECT ?1, id, 'import', 'directory:write', ?2, ?3, ?4
FROM tenants
WHERE id = ?5
  AND state = 'active'
RETURNING marker
-- ?1 = "job_019a000000007000800000000000000b"
-- ?2 = "{\"actor\":null,\"created\":0,\"deleted\":0,\"done\":0,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":0,\"passed_over\":[],\"phase\":0,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?3 = "2026-01-01T01:00:00.006Z"
-- ?4 = "2026-01-01T00:00:00.006Z"
-- ?5 = 1
-- plan: SEARCH tenants USING INTEGER PRIMARY KEY (rowid=?)

INSERT INTO import_lines (tenant_id, job_id, line, refused, text)
SELECT ?1, ?2, ?1 + key, iif(type = 'array', value, NULL), iif(type = 'array', '', value)
FROM json_each(?3)
WHERE type <> 'null'
  AND EXISTS (SELECT 1
  FROM jobs
  WHERE id = ?2
    AND tenant_id = ?1
    AND finished_at IS NULL
    AND marker ->> 'phase' = 0)
ON CONFLICT DO NOTHING
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = "['{\"emails\":[{\"value\":\"cid@example.com\"}],\"externalId\":\"7\",\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"cid\"}','{\"displayName\":\"Crew\",\"members\":[{\"userName\":\"bob\"},{\"externalId\":\"7\"}],\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\ … (6 bytes more)
-- plan: SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)

UPDATE jobs
SET marker = ?1, lease_until = ?2, total = (SELECT coalesce(max(line), 0)
  FROM import_lines
  WHERE tenant_id = ?3
    AND job_id = ?4)
WHERE id = ?4
  AND tenant_id = ?3
  AND finished_at IS NULL
  AND marker ->> 'phase' = 0
RETURNING total
-- ?1 = "{\"actor\":null,\"created\":0,\"deleted\":0,\"done\":0,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":7113949615233563,\"passed_over\":[],\"phase\":1,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?2 = "2026-01-01T00:00:00.006Z"
-- ?3 = 1
-- ?4 = "job_019a000000007000800000000000000b"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH import_lines USING PRIMARY KEY (tenant_id=? AND job_id=?)

UPDATE jobs
SET lease_until = ?1, state = 'running'
WHERE id = ?2
  AND finished_at IS NULL
  AND lease_until <= ?3
RETURNING coalesce(marker, '') AS marker
-- ?1 = "2026-01-01T00:01:00.006Z"
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = "2026-01-01T00:00:00.006Z"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)

SELECT settings, settings_version, id, state = 'suspended' AS is_suspended
FROM tenants
WHERE id = ?1
-- ?1 = 1
-- plan: SEARCH tenants USING INTEGER PRIMARY KEY (rowid=?)

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

SELECT line, outcome, resource_id, refused, text
FROM (SELECT *, sum(octet_length(text)) OVER (ORDER BY line ROWS UNBOUNDED PRECEDING) - octet_length(text) AS before
  FROM (SELECT line, outcome, resource_id, refused, text
    FROM import_lines
    WHERE tenant_id = ?1
      AND job_id = ?2
      AND state = 0
      AND line > ?3
    ORDER BY line
    LIMIT 1000))
WHERE before < 700000
ORDER BY line
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = 0
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH import_lines USING PRIMARY KEY (tenant_id=? AND job_id=? AND line>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY

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

SELECT coalesce((SELECT k.id
    FROM import_keys k
    WHERE k.tenant_id = ?1
      AND k.job_id = ?2
      AND k.key = 'i/User/' || (j.value ->> 0)), (SELECT x.id FROM users x WHERE x.tenant_id = ?1 AND x.id = j.value ->> 0)) AS by_id, (SELECT json_group_array(id)
  FROM (SELECT *
    FROM (SELECT x.id
      FROM users x
      WHERE x.tenant_id = ?1
        AND x.user_name_folded = j.value ->> 1)
    LIMIT 2)) AS by_name, CASE WHEN j.value ->> 2 IS NULL THEN '[]'
ELSE (SELECT json_group_array(id)
  FROM (SELECT *
    FROM (SELECT x.id
      FROM users x
      WHERE x.tenant_id = ?1
        AND x.external_id = j.value ->> 2)
    LIMIT 2))
END AS by_external, EXISTS (SELECT 1 FROM users x WHERE x.tenant_id = ?1 AND x.id = j.value ->> 0)
  OR EXISTS (SELECT 1 FROM teams x WHERE x.tenant_id = ?1 AND x.id = j.value ->> 0)
  OR EXISTS (SELECT 1 FROM resources x WHERE x.tenant_id = ?1 AND x.id = j.value ->> 0)
  OR EXISTS (SELECT 1
  FROM deleted_resources x
  WHERE x.tenant_id = ?1
    AND x.id = j.value ->> 0
    AND x.resource_type <> 'User'
    AND x.purge_at > ?3) AS taken
FROM json_each(?4) j
ORDER BY j.key
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = "2026-01-01T00:00:00.006Z"
-- ?4 = "[[null,\"cid\",\"7\"]]"
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: CORRELATED SCALAR SUBQUERY 1
-- plan:   SEARCH k USING PRIMARY KEY (tenant_id=? AND job_id=? AND key=?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH x USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 5
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     SEARCH x USING INDEX users_user_name (tenant_id=? AND user_name_folded=?)
-- plan:   SCAN (subquery-4)
-- plan: CORRELATED SCALAR SUBQUERY 8
-- plan:   CO-ROUTINE (subquery-7)
-- plan:     SEARCH x USING INDEX users_external_id (tenant_id=? AND external_id=?)
-- plan:   SCAN (subquery-7)
-- plan: CORRELATED SCALAR SUBQUERY 9
-- plan:   SEARCH x USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 10
-- plan:   SEARCH x USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 11
-- plan:   SEARCH x USING COVERING INDEX resources_id (tenant_id=?)
-- plan: CORRELATED SCALAR SUBQUERY 12
-- plan:   SEARCH x USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: USE TEMP B-TREE FOR ORDER BY

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

SELECT json_extract('{}', CASE WHEN EXISTS (SELECT 1
    FROM jobs
    WHERE id = ?1
      AND finished_at IS NULL
      AND marker = ?2
      AND lease_until = ?3) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "job_019a000000007000800000000000000b"
-- ?2 = "{\"actor\":null,\"created\":0,\"deleted\":0,\"done\":0,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":7113949615233563,\"passed_over\":[],\"phase\":1,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?3 = "2026-01-01T00:01:00.006Z"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)

INSERT INTO users (tenant_id, created_at, updated_at, id, version, document, folded, user_name_folded, external_id, display_name_folded)
SELECT t.id, ?1, ?1, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6
FROM (SELECT ?2 AS id) t
CROSS JOIN json_each(?3) j
WHERE t.id IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING id
-- ?1 = "2026-01-01T00:00:00.006Z"
-- ?2 = 1
-- ?3 = "[[\"019a0000-0000-7000-8000-00000000000c\",\"000000000000000d\",\"{\\\"active\\\":true,\\\"emails\\\":[{\\\"value\\\":\\\"cid@example.com\\\"}],\\\"externalId\\\":\\\"7\\\",\\\"schemas\\\":[\\\"urn:ietf:params:scim:schemas:core:2.0:User\\\"],\\\"userName\\\":\\\"cid\\\"}\",\"{\\\"active\\\":true,\\ … (206 bytes more)
-- plan: CO-ROUTINE t
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN t
-- plan: SCAN j VIRTUAL TABLE INDEX 1:

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + iif(users.seq - (SELECT users.seq
    FROM (SELECT 1)
    CROSS JOIN json_each(?2) j
    CROSS JOIN users ON users.tenant_id = ?1
      AND users.id = j.value ->> 1
      AND users.version = j.value ->> 2
    LIMIT 1) BETWEEN 0
    AND j.key, users.seq - (SELECT users.seq
    FROM (SELECT 1)
    CROSS JOIN json_each(?2) j
    CROSS JOIN users ON users.tenant_id = ?1
      AND users.id = j.value ->> 1
      AND users.version = j.value ->> 2
    LIMIT 1), j.key) + 1, ?3, ?4, 'User', users.id, o.kind, o.id, j.value ->> 0, json_object('label', o.label, 'version', users.version, 'externalId', substr(users.external_id, 1, 200), 'name', substr(users.document ->> '$.userName', 1, 200), 'after', iif(octet_length(users.document) <= 12000, json(users.document), (SELECT json_group_object(key, json(iif(path = '', object -> ('$."' || key || '"'), object)))
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
        CROSS JOIN json_each(a.object) x))))
FROM (SELECT ?1 AS tenant_id, 'operator' AS kind, ?5 AS id, ?6 AS label) o
CROSS JOIN json_each(?2) j
CROSS JOIN users ON users.tenant_id = ?1
  AND users.id = j.value ->> 1
  AND users.version = j.value ->> 2
-- ?1 = 1
-- ?2 = "[[\"req_019b76daa80600000000000000000001:1\",\"019a0000-0000-7000-8000-00000000000c\",\"000000000000000d\"]]"
-- ?3 = "2026-01-01T00:00:00.006Z"
-- ?4 = "user.created"
-- ?5 = NULL
-- ?6 = "ADMIN_TOKEN"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan: SCALAR SUBQUERY 3
-- plan:   CO-ROUTINE (subquery-2)
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN (subquery-2)
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 5
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN (subquery-4)
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
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

SELECT json_extract('{}', CASE WHEN NOT EXISTS (SELECT 1
    FROM json_each(?1) j
    WHERE NOT EXISTS (SELECT 1
      FROM users x
      WHERE x.tenant_id = ?2
        AND x.id = j.value ->> 0
        AND x.version = j.value ->> 1)) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "[[\"019a0000-0000-7000-8000-00000000000c\",\"000000000000000d\"]]"
-- ?2 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH x USING INDEX users_id (tenant_id=? AND id=?)

INSERT INTO import_keys (tenant_id, job_id, key, id, document)
SELECT ?1, ?2, value ->> 0, value ->> 1, value ->> 2
FROM json_each(?3)
WHERE 1
ON CONFLICT (tenant_id, job_id, key, id) DO UPDATE
SET document = excluded.document
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = "[[\"r/019a0000-0000-7000-8000-00000000000c\",\"\",\"[1,\\\"cid\\\"]\"]]"
-- plan: SCAN json_each VIRTUAL TABLE INDEX 1:

INSERT INTO import_lines (tenant_id, job_id, line, state, outcome, resource_id, refused, text)
SELECT ?1, ?2, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, coalesce(value ->> 5, '')
FROM json_each(?3)
WHERE 1
ON CONFLICT (tenant_id, job_id, line) DO UPDATE
SET state = excluded.state, outcome = excluded.outcome, resource_id = excluded.resource_id, refused = excluded.refused, text = iif(excluded.state = 1, text, excluded.text)
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = "[[2,1,null,null,null,\"\"]]"
-- plan: SCAN json_each VIRTUAL TABLE INDEX 1:

DELETE
FROM import_lines
WHERE tenant_id = ?1
  AND job_id = ?2
  AND state = 0
  AND line > ?3
  AND line <= ?4
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = 0
-- ?4 = 2
-- plan: SEARCH import_lines USING PRIMARY KEY (tenant_id=? AND job_id=? AND line>? AND line<?)

UPDATE jobs
SET marker = ?1, lease_until = ?2, done = ?3
WHERE id = ?4
-- ?1 = "{\"actor\":null,\"created\":1,\"deleted\":0,\"done\":1,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":2,\"part\":7113949615233563,\"passed_over\":[],\"phase\":1,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?2 = "2026-01-01T00:01:00.006Z"
-- ?3 = 1
-- ?4 = "job_019a000000007000800000000000000b"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)

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

SELECT line, outcome, resource_id, refused, text
FROM (SELECT *, sum(octet_length(text)) OVER (ORDER BY line ROWS UNBOUNDED PRECEDING) - octet_length(text) AS before
  FROM (SELECT line, outcome, resource_id, refused, text
    FROM import_lines
    WHERE tenant_id = ?1
      AND job_id = ?2
      AND state = 0
      AND line > ?3
    ORDER BY line
    LIMIT 1000))
WHERE before < 700000
ORDER BY line
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = 2
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH import_lines USING PRIMARY KEY (tenant_id=? AND job_id=? AND line>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY

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

SELECT json_extract('{}', CASE WHEN EXISTS (SELECT 1
    FROM jobs
    WHERE id = ?1
      AND finished_at IS NULL
      AND marker = ?2
      AND lease_until = ?3) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "job_019a000000007000800000000000000b"
-- ?2 = "{\"actor\":null,\"created\":1,\"deleted\":0,\"done\":1,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":2,\"part\":7113949615233563,\"passed_over\":[],\"phase\":1,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?3 = "2026-01-01T00:01:00.006Z"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)

UPDATE jobs
SET marker = ?1, lease_until = ?2, done = ?3
WHERE id = ?4
-- ?1 = "{\"actor\":null,\"created\":1,\"deleted\":0,\"done\":1,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":7113949615233563,\"passed_over\":[],\"phase\":2,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?2 = "2026-01-01T00:01:00.006Z"
-- ?3 = 1
-- ?4 = "job_019a000000007000800000000000000b"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)

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

SELECT line, outcome, resource_id, refused, text
FROM (SELECT *, sum(octet_length(text)) OVER (ORDER BY line ROWS UNBOUNDED PRECEDING) - octet_length(text) AS before
  FROM (SELECT line, outcome, resource_id, refused, text
    FROM import_lines
    WHERE tenant_id = ?1
      AND job_id = ?2
      AND state = 1
      AND state > 0
      AND line > ?3
    ORDER BY line
    LIMIT 1000))
WHERE before < 700000
ORDER BY line
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = 0
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH import_lines USING INDEX import_lines_waiting (tenant_id=? AND job_id=? AND state=? AND line>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY

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

SELECT coalesce((SELECT k.id
    FROM import_keys k
    WHERE k.tenant_id = ?1
      AND k.job_id = ?2
      AND k.key = 'i/Group/' || (j.value ->> 0)), (SELECT x.id FROM teams x WHERE x.tenant_id = ?1 AND x.id = j.value ->> 0)) AS by_id, (SELECT json_group_array(id)
  FROM (SELECT *
    FROM (SELECT x.id
      FROM teams x
      WHERE x.tenant_id = ?1
        AND x.display_name_folded = j.value ->> 1)
    LIMIT 2)) AS by_name, CASE WHEN j.value ->> 2 IS NULL THEN '[]'
ELSE (SELECT json_group_array(id)
  FROM (SELECT *
    FROM (SELECT x.id
      FROM teams x
      WHERE x.tenant_id = ?1
        AND x.external_id = j.value ->> 2)
    LIMIT 2))
END AS by_external, EXISTS (SELECT 1 FROM users x WHERE x.tenant_id = ?1 AND x.id = j.value ->> 0)
  OR EXISTS (SELECT 1 FROM teams x WHERE x.tenant_id = ?1 AND x.id = j.value ->> 0)
  OR EXISTS (SELECT 1 FROM resources x WHERE x.tenant_id = ?1 AND x.id = j.value ->> 0)
  OR EXISTS (SELECT 1
  FROM deleted_resources x
  WHERE x.tenant_id = ?1
    AND x.id = j.value ->> 0
    AND x.resource_type <> 'Group'
    AND x.purge_at > ?3) AS taken
FROM json_each(?4) j
ORDER BY j.key
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = "2026-01-01T00:00:00.006Z"
-- ?4 = "[[null,\"crew\",null]]"
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: CORRELATED SCALAR SUBQUERY 1
-- plan:   SEARCH k USING PRIMARY KEY (tenant_id=? AND job_id=? AND key=?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH x USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 5
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     SEARCH x USING INDEX teams_display_name (tenant_id=? AND display_name_folded=?)
-- plan:   SCAN (subquery-4)
-- plan: CORRELATED SCALAR SUBQUERY 8
-- plan:   CO-ROUTINE (subquery-7)
-- plan:     SEARCH x USING INDEX teams_external_id (tenant_id=? AND external_id=?)
-- plan:   SCAN (subquery-7)
-- plan: CORRELATED SCALAR SUBQUERY 9
-- plan:   SEARCH x USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 10
-- plan:   SEARCH x USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 11
-- plan:   SEARCH x USING COVERING INDEX resources_id (tenant_id=?)
-- plan: CORRELATED SCALAR SUBQUERY 12
-- plan:   SEARCH x USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: USE TEMP B-TREE FOR ORDER BY

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

SELECT json_extract('{}', CASE WHEN EXISTS (SELECT 1
    FROM jobs
    WHERE id = ?1
      AND finished_at IS NULL
      AND marker = ?2
      AND lease_until = ?3) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "job_019a000000007000800000000000000b"
-- ?2 = "{\"actor\":null,\"created\":1,\"deleted\":0,\"done\":1,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":7113949615233563,\"passed_over\":[],\"phase\":2,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?3 = "2026-01-01T00:01:00.006Z"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)

INSERT INTO teams (tenant_id, created_at, updated_at, name_is_unique, id, version, document, folded, display_name_folded, external_id)
SELECT t.id, ?1, ?1, 1, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5
FROM (SELECT ?2 AS id) t
CROSS JOIN json_each(?3) j
WHERE t.id IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING id
-- ?1 = "2026-01-01T00:00:00.006Z"
-- ?2 = 1
-- ?3 = "[[\"019a0000-0000-7000-8000-00000000000e\",\"000000000000000f\",\"{\\\"displayName\\\":\\\"Crew\\\",\\\"schemas\\\":[\\\"urn:ietf:params:scim:schemas:core:2.0:Group\\\"]}\",\"{\\\"displayName\\\":\\\"crew\\\",\\\"schemas\\\":[\\\"urn:ietf:params:scim:schemas:core:2.0:Group\\\"]}\",\"crew\",null]]"
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
FROM (SELECT ?1 AS tenant_id, 'operator' AS kind, ?5 AS id, ?6 AS label) o
CROSS JOIN json_each(?2) j
CROSS JOIN teams ON teams.tenant_id = ?1
  AND teams.id = j.value ->> 1
  AND teams.version = j.value ->> 2
-- ?1 = 1
-- ?2 = "[[\"req_019b76daa80600000000000000000001:2\",\"019a0000-0000-7000-8000-00000000000e\",\"000000000000000f\"]]"
-- ?3 = "2026-01-01T00:00:00.006Z"
-- ?4 = "group.created"
-- ?5 = NULL
-- ?6 = "ADMIN_TOKEN"
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

SELECT json_extract('{}', CASE WHEN NOT EXISTS (SELECT 1
    FROM json_each(?1) j
    WHERE NOT EXISTS (SELECT 1
      FROM teams x
      WHERE x.tenant_id = ?2
        AND x.id = j.value ->> 0
        AND x.version = j.value ->> 1)) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "[[\"019a0000-0000-7000-8000-00000000000e\",\"000000000000000f\"]]"
-- ?2 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH x USING INDEX teams_id (tenant_id=? AND id=?)

INSERT INTO import_lines (tenant_id, job_id, line, state, outcome, resource_id, refused, text)
SELECT ?1, ?2, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, coalesce(value ->> 5, '')
FROM json_each(?3)
WHERE 1
ON CONFLICT (tenant_id, job_id, line) DO UPDATE
SET state = excluded.state, outcome = excluded.outcome, resource_id = excluded.resource_id, refused = excluded.refused, text = iif(excluded.state = 1, text, excluded.text)
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = "[[2,2,\"created\",\"019a0000-0000-7000-8000-00000000000e\",null,\"[[\\\"n\\\",\\\"bob\\\"],[\\\"e\\\",\\\"7\\\"]]\"]]"
-- plan: SCAN json_each VIRTUAL TABLE INDEX 1:

DELETE
FROM import_lines
WHERE tenant_id = ?1
  AND job_id = ?2
  AND state = 1
  AND state > 0
  AND line > ?3
  AND line <= ?4
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = 0
-- ?4 = 2
-- plan: SEARCH import_lines USING INDEX import_lines_waiting (tenant_id=? AND job_id=? AND state=? AND line>? AND line<?)

UPDATE jobs
SET marker = ?1, lease_until = ?2, done = ?3
WHERE id = ?4
-- ?1 = "{\"actor\":null,\"created\":1,\"deleted\":0,\"done\":1,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":2,\"part\":7113949615233563,\"passed_over\":[],\"phase\":2,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?2 = "2026-01-01T00:01:00.006Z"
-- ?3 = 1
-- ?4 = "job_019a000000007000800000000000000b"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)

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

SELECT line, outcome, resource_id, refused, text
FROM (SELECT *, sum(octet_length(text)) OVER (ORDER BY line ROWS UNBOUNDED PRECEDING) - octet_length(text) AS before
  FROM (SELECT line, outcome, resource_id, refused, text
    FROM import_lines
    WHERE tenant_id = ?1
      AND job_id = ?2
      AND state = 1
      AND state > 0
      AND line > ?3
    ORDER BY line
    LIMIT 1000))
WHERE before < 700000
ORDER BY line
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = 2
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH import_lines USING INDEX import_lines_waiting (tenant_id=? AND job_id=? AND state=? AND line>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY

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

SELECT json_extract('{}', CASE WHEN EXISTS (SELECT 1
    FROM jobs
    WHERE id = ?1
      AND finished_at IS NULL
      AND marker = ?2
      AND lease_until = ?3) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "job_019a000000007000800000000000000b"
-- ?2 = "{\"actor\":null,\"created\":1,\"deleted\":0,\"done\":1,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":2,\"part\":7113949615233563,\"passed_over\":[],\"phase\":2,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?3 = "2026-01-01T00:01:00.006Z"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)

UPDATE jobs
SET marker = ?1, lease_until = ?2, done = ?3
WHERE id = ?4
-- ?1 = "{\"actor\":null,\"created\":1,\"deleted\":0,\"done\":1,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":7113949615233563,\"passed_over\":[],\"phase\":5,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?2 = "2026-01-01T00:01:00.006Z"
-- ?3 = 1
-- ?4 = "job_019a000000007000800000000000000b"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)

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

SELECT line, outcome, resource_id, refused, text
FROM (SELECT *, sum(octet_length(text)) OVER (ORDER BY line ROWS UNBOUNDED PRECEDING) - octet_length(text) AS before
  FROM (SELECT line, outcome, resource_id, refused, text
    FROM import_lines
    WHERE tenant_id = ?1
      AND job_id = ?2
      AND state = 2
      AND state > 0
      AND substr(text, 4, 1) <> 't'
      AND line > ?3
    ORDER BY line
    LIMIT 150))
WHERE before < 700000
ORDER BY line
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = 0
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH import_lines USING INDEX import_lines_waiting (tenant_id=? AND job_id=? AND state=? AND line>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY

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

SELECT json_group_array(coalesce(iif(EXISTS (SELECT 1 FROM teams x WHERE x.tenant_id = ?1 AND x.id = r.id), 'G', 'U') || iif(EXISTS (SELECT 1
        FROM team_members m
        WHERE m.tenant_id = ?1
          AND m.team_id = team
          AND m.member_id = member), '=', '+') || r.id, '')) AS ids
FROM (SELECT id, other, iif(kind = 't', id, other) AS team, iif(kind = 't', other, id) AS member
  FROM (SELECT j.value ->> 0 AS kind, j.value ->> 3 AS other, coalesce(CASE WHEN instr('g', j.value ->> 0) THEN (SELECT k.id
        FROM import_keys k
        WHERE k.tenant_id = ?1
          AND k.job_id = ?2
          AND k.key = 'i/Group/' || (j.value ->> 1))
      END, CASE WHEN instr('ug', j.value ->> 0) THEN (SELECT k.id
        FROM import_keys k
        WHERE k.tenant_id = ?1
          AND k.job_id = ?2
          AND k.key = 'i/User/' || (j.value ->> 1))
      END, CASE WHEN instr('ut', j.value ->> 0) THEN (SELECT k.id
        FROM import_keys k
        WHERE k.tenant_id = ?1
          AND k.job_id = ?2
          AND k.key = 'i/Group/' || (j.value ->> 1))
      END, CASE WHEN instr('ug', j.value ->> 0) THEN (SELECT iif(min(id) <> max(id), '*', min(id))
        FROM (SELECT x.id
          FROM users x
          WHERE x.tenant_id = ?1
            AND x.id = j.value ->> 1
          LIMIT 2))
      END, CASE WHEN instr('ugt', j.value ->> 0) THEN (SELECT iif(min(id) <> max(id), '*', min(id))
        FROM (SELECT x.id
          FROM teams x
          WHERE x.tenant_id = ?1
            AND x.id = j.value ->> 1
          LIMIT 2))
      END, CASE WHEN instr('uge', j.value ->> 0) THEN (SELECT iif(min(id) <> max(id), '*', min(id))
        FROM (SELECT x.id
          FROM users x
          WHERE x.tenant_id = ?1
            AND x.external_id = j.value ->> 1
          LIMIT 2))
      END, CASE WHEN instr('uget', j.value ->> 0) THEN (SELECT iif(min(id) <> max(id), '*', min(id))
        FROM (SELECT x.id
          FROM teams x
          WHERE x.tenant_id = ?1
            AND x.external_id = j.value ->> 1
          LIMIT 2))
      END, CASE WHEN instr('ugn', j.value ->> 0) THEN (SELECT iif(min(id) <> max(id), '*', min(id))
        FROM (SELECT x.id
          FROM users x
          WHERE x.tenant_id = ?1
            AND x.user_name_folded = coalesce(j.value ->> 2, j.value ->> 1)
          LIMIT 2))
      END) AS id
    FROM json_each(?3) j
    ORDER BY j.key
    LIMIT -1)
  LIMIT -1) r
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = "[[\"n\",\"bob\",null,\"019a0000-0000-7000-8000-00000000000e\"],[\"e\",\"7\",null,\"019a0000-0000-7000-8000-00000000000e\"]]"
-- plan: CO-ROUTINE r
-- plan:   CO-ROUTINE (subquery-16)
-- plan:     SCAN j VIRTUAL TABLE INDEX 1:
-- plan:     CORRELATED SCALAR SUBQUERY 3
-- plan:       SEARCH k USING PRIMARY KEY (tenant_id=? AND job_id=? AND key=?)
-- plan:     CORRELATED SCALAR SUBQUERY 4
-- plan:       SEARCH k USING PRIMARY KEY (tenant_id=? AND job_id=? AND key=?)
-- plan:     CORRELATED SCALAR SUBQUERY 5
-- plan:       SEARCH k USING PRIMARY KEY (tenant_id=? AND job_id=? AND key=?)
-- plan:     CORRELATED SCALAR SUBQUERY 7
-- plan:       CO-ROUTINE (subquery-6)
-- plan:         SEARCH x USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan:       SCAN (subquery-6)
-- plan:     CORRELATED SCALAR SUBQUERY 9
-- plan:       CO-ROUTINE (subquery-8)
-- plan:         SEARCH x USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan:       SCAN (subquery-8)
-- plan:     CORRELATED SCALAR SUBQUERY 11
-- plan:       CO-ROUTINE (subquery-10)
-- plan:         SEARCH x USING INDEX users_external_id (tenant_id=? AND external_id=?)
-- plan:       SCAN (subquery-10)
-- plan:     CORRELATED SCALAR SUBQUERY 13
-- plan:       CO-ROUTINE (subquery-12)
-- plan:         SEARCH x USING INDEX teams_external_id (tenant_id=? AND external_id=?)
-- plan:       SCAN (subquery-12)
-- plan:     CORRELATED SCALAR SUBQUERY 15
-- plan:       CO-ROUTINE (subquery-14)
-- plan:         SEARCH x USING INDEX users_user_name (tenant_id=? AND user_name_folded=?)
-- plan:       SCAN (subquery-14)
-- plan:     USE TEMP B-TREE FOR ORDER BY
-- plan:   SCAN (subquery-16)
-- plan: SCAN r
-- plan: CORRELATED SCALAR SUBQUERY 1
-- plan:   SEARCH x USING COVERING INDEX teams_id (tenant_id=? AND id=?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)

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

SELECT json_extract('{}', CASE WHEN EXISTS (SELECT 1
    FROM jobs
    WHERE id = ?1
      AND finished_at IS NULL
      AND marker = ?2
      AND lease_until = ?3) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "job_019a000000007000800000000000000b"
-- ?2 = "{\"actor\":null,\"created\":1,\"deleted\":0,\"done\":1,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":7113949615233563,\"passed_over\":[],\"phase\":5,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?3 = "2026-01-01T00:01:00.006Z"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'Group', teams.id, o.kind, o.id, ?4, rtrim(json_object('label', o.label, 'version', ?5, 'externalId', substr(teams.external_id, 1, 200), 'name', substr(teams.display_name, 1, 200)), '}') || ',"members":' || '{"added":' || o.added || ',"removed":' || o.removed || '}' || '}'
FROM (SELECT *, (SELECT json_group_array(json_object('id', id, 'type', type))
    FROM (SELECT ?6 AS team_id, j.value AS id, iif(EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = ?1 AND u.id = j.value), 'User', 'Group') AS type, 1 AS is_added, ?4 AS request
      FROM json_each(?7) j
      WHERE NOT EXISTS (SELECT 1
        FROM team_members m
        WHERE m.tenant_id = ?1
          AND m.team_id = ?6
          AND m.member_id = j.value))) AS added, '[]' AS removed
  FROM (SELECT ?1 AS tenant_id, 'operator' AS kind, ?8 AS id, ?9 AS label) o
  LIMIT 1) o
CROSS JOIN teams ON teams.tenant_id = o.tenant_id
  AND teams.id = ?6
WHERE o.added <> '[]'
  OR o.removed <> '[]'
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.006Z"
-- ?3 = "group.members"
-- ?4 = "req_019b76daa80600000000000000000001:2"
-- ?5 = "0000000000000010"
-- ?6 = "019a0000-0000-7000-8000-00000000000e"
-- ?7 = "[\"019a0000-0000-7000-8000-000000000003\",\"019a0000-0000-7000-8000-00000000000c\"]"
-- ?8 = NULL
-- ?9 = "ADMIN_TOKEN"
-- plan: CO-ROUTINE o
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan:   SCALAR SUBQUERY 5
-- plan:     SCAN j VIRTUAL TABLE INDEX 1:
-- plan:     CORRELATED SCALAR SUBQUERY 3
-- plan:       SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan:     CORRELATED SCALAR SUBQUERY 2
-- plan:       SEARCH u USING COVERING INDEX users_id (tenant_id=? AND id=?)
-- plan: SCAN o
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

UPDATE teams
SET version = ?1, updated_at = max(updated_at, ?2)
WHERE teams.tenant_id = ?3
  AND teams.id = ?4
  AND changes() > 0
-- ?1 = "0000000000000010"
-- ?2 = "2026-01-01T00:00:00.006Z"
-- ?3 = 1
-- ?4 = "019a0000-0000-7000-8000-00000000000e"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)

INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display)
SELECT r.tenant_id, r.id, j.value, iif(u.seq IS NULL, 'Group', 'User'), substr(coalesce(u.display_name, u.user_name, t.display_name), 1, 200)
FROM teams r
CROSS JOIN json_each(?1) j
LEFT JOIN users u ON u.tenant_id = ?2
  AND u.id = j.value
LEFT JOIN teams t ON u.seq IS NULL
  AND t.tenant_id = ?2
  AND t.id = j.value
WHERE (u.seq IS NOT NULL OR t.seq IS NOT NULL)
  AND r.tenant_id = ?2
  AND r.id = ?3
  AND r.version = ?4
ON CONFLICT DO NOTHING
-- ?1 = "[\"019a0000-0000-7000-8000-000000000003\",\"019a0000-0000-7000-8000-00000000000c\"]"
-- ?2 = 1
-- ?3 = "019a0000-0000-7000-8000-00000000000e"
-- ?4 = "0000000000000010"
-- plan: SEARCH r USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SEARCH u USING INDEX users_id (tenant_id=? AND id=?) LEFT-JOIN
-- plan: SEARCH t USING INDEX teams_id (tenant_id=? AND id=?) LEFT-JOIN

SELECT version, json_extract('{}', CASE WHEN version <> ?1
    OR ((changes() = ?2
        OR NOT EXISTS (SELECT 1
        FROM json_each(?3) j
        WHERE NOT EXISTS (SELECT 1
          FROM team_members m
          WHERE m.tenant_id = ?4
            AND m.team_id = ?5
            AND m.member_id = j.value)))
      AND NOT EXISTS (WITH RECURSIVE above(id) AS (SELECT m.team_id
        FROM team_members m INDEXED BY team_members_nested
        WHERE m.tenant_id = ?4
          AND m.member_type = 'Group'
          AND m.member_id = ?5
        UNION
        SELECT m.team_id
        FROM above
        CROSS JOIN team_members m INDEXED BY team_members_nested ON m.tenant_id = ?4
          AND m.member_type = 'Group'
          AND m.member_id = above.id)
      SELECT 1
      FROM above
      WHERE above.id = ?5)) THEN '$'
  ELSE 'condition not met'
  END) AS sound
FROM teams
WHERE teams.tenant_id = ?4
  AND teams.id = ?5
-- ?1 = "0000000000000010"
-- ?2 = 2
-- ?3 = "[\"019a0000-0000-7000-8000-000000000003\",\"019a0000-0000-7000-8000-00000000000c\"]"
-- ?4 = 1
-- ?5 = "019a0000-0000-7000-8000-00000000000e"
-- plan: SEARCH teams USING INDEX teams_id (tenant_id=? AND id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   CORRELATED SCALAR SUBQUERY 1
-- plan:     SEARCH m USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan: SCALAR SUBQUERY 5
-- plan:   CO-ROUTINE above
-- plan:     SETUP
-- plan:       SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:     RECURSIVE STEP
-- plan:       SCAN above
-- plan:       SEARCH m USING COVERING INDEX team_members_nested (tenant_id=? AND member_id=?)
-- plan:   SCAN above

DELETE
FROM import_lines
WHERE tenant_id = ?1
  AND job_id = ?2
  AND state = 2
  AND state > 0
  AND line IN (SELECT value FROM json_each(?3))
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = "[2]"
-- plan: SEARCH import_lines USING INDEX import_lines_waiting (tenant_id=? AND job_id=? AND state=? AND line=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER

UPDATE jobs
SET marker = ?1, lease_until = ?2, done = ?3
WHERE id = ?4
-- ?1 = "{\"actor\":null,\"created\":2,\"deleted\":0,\"done\":2,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":2,\"part\":7113949615233563,\"passed_over\":[],\"phase\":5,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?2 = "2026-01-01T00:01:00.006Z"
-- ?3 = 2
-- ?4 = "job_019a000000007000800000000000000b"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)

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

SELECT line, outcome, resource_id, refused, text
FROM (SELECT *, sum(octet_length(text)) OVER (ORDER BY line ROWS UNBOUNDED PRECEDING) - octet_length(text) AS before
  FROM (SELECT line, outcome, resource_id, refused, text
    FROM import_lines
    WHERE tenant_id = ?1
      AND job_id = ?2
      AND state = 2
      AND state > 0
      AND substr(text, 4, 1) <> 't'
      AND line > ?3
    ORDER BY line
    LIMIT 148))
WHERE before < 700000
ORDER BY line
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = 2
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH import_lines USING INDEX import_lines_waiting (tenant_id=? AND job_id=? AND state=? AND line>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY

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

SELECT json_extract('{}', CASE WHEN EXISTS (SELECT 1
    FROM jobs
    WHERE id = ?1
      AND finished_at IS NULL
      AND marker = ?2
      AND lease_until = ?3) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "job_019a000000007000800000000000000b"
-- ?2 = "{\"actor\":null,\"created\":2,\"deleted\":0,\"done\":2,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":2,\"part\":7113949615233563,\"passed_over\":[],\"phase\":5,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?3 = "2026-01-01T00:01:00.006Z"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)

UPDATE jobs
SET marker = ?1, lease_until = ?2, done = ?3
WHERE id = ?4
-- ?1 = "{\"actor\":null,\"created\":2,\"deleted\":0,\"done\":2,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":7113949615233563,\"passed_over\":[],\"phase\":3,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?2 = "2026-01-01T00:01:00.006Z"
-- ?3 = 2
-- ?4 = "job_019a000000007000800000000000000b"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)

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

SELECT line, outcome, resource_id, refused, text
FROM (SELECT *, sum(octet_length(text)) OVER (ORDER BY line ROWS UNBOUNDED PRECEDING) - octet_length(text) AS before
  FROM (SELECT line, outcome, resource_id, refused, text
    FROM import_lines
    WHERE tenant_id = ?1
      AND job_id = ?2
      AND state = 2
      AND state > 0
      AND line > ?3
    ORDER BY line
    LIMIT 29400))
WHERE before < 700000
ORDER BY line
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- ?3 = 0
-- plan: CO-ROUTINE (subquery-2)
-- plan:   CO-ROUTINE (subquery-4)
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH import_lines USING INDEX import_lines_waiting (tenant_id=? AND job_id=? AND state=? AND line>?)
-- plan:     SCAN (subquery-1)
-- plan:   SCAN (subquery-4)
-- plan: SCAN (subquery-2)
-- plan: USE TEMP B-TREE FOR ORDER BY

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

SELECT json_extract('{}', CASE WHEN EXISTS (SELECT 1
    FROM jobs
    WHERE id = ?1
      AND finished_at IS NULL
      AND marker = ?2
      AND lease_until = ?3) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "job_019a000000007000800000000000000b"
-- ?2 = "{\"actor\":null,\"created\":2,\"deleted\":0,\"done\":2,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":7113949615233563,\"passed_over\":[],\"phase\":3,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?3 = "2026-01-01T00:01:00.006Z"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)

UPDATE jobs
SET marker = ?1, lease_until = ?2, done = ?3
WHERE id = ?4
-- ?1 = "{\"actor\":null,\"created\":2,\"deleted\":0,\"done\":2,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":7113949615233563,\"passed_over\":[],\"phase\":4,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?2 = "2026-01-01T00:01:00.006Z"
-- ?3 = 2
-- ?4 = "job_019a000000007000800000000000000b"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)

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

SELECT 1 AS one
WHERE EXISTS (SELECT 1 FROM import_keys WHERE tenant_id = ?1 AND job_id = ?2)
  OR (SELECT count(*)
  FROM (SELECT 1 FROM import_lines WHERE tenant_id = ?1 AND job_id = ?2 LIMIT 1001)) > 1000
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH import_keys USING PRIMARY KEY (tenant_id=? AND job_id=?)
-- plan: SCALAR SUBQUERY 3
-- plan:   CO-ROUTINE (subquery-2)
-- plan:     SEARCH import_lines USING PRIMARY KEY (tenant_id=? AND job_id=?)
-- plan:   SCAN (subquery-2)

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

SELECT json_extract('{}', CASE WHEN EXISTS (SELECT 1
    FROM jobs
    WHERE id = ?1
      AND finished_at IS NULL
      AND marker = ?2
      AND lease_until = ?3) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "job_019a000000007000800000000000000b"
-- ?2 = "{\"actor\":null,\"created\":2,\"deleted\":0,\"done\":2,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":7113949615233563,\"passed_over\":[],\"phase\":4,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?3 = "2026-01-01T00:01:00.006Z"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)

DELETE
FROM import_keys
WHERE tenant_id = ?1
  AND job_id = ?2
  AND (key, id) IN (SELECT key, id FROM import_keys WHERE tenant_id = ?1 AND job_id = ?2 LIMIT 5000)
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- plan: SEARCH import_keys USING PRIMARY KEY (tenant_id=? AND job_id=? AND key=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH import_keys USING PRIMARY KEY (tenant_id=? AND job_id=?)
-- plan:   CREATE BLOOM FILTER
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH import_keys USING PRIMARY KEY (tenant_id=? AND job_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM import_lines
WHERE tenant_id = ?1
  AND job_id = ?2
  AND line IN (SELECT line
  FROM import_lines
  WHERE tenant_id = ?1
    AND job_id = ?2
    AND line >= coalesce((SELECT line
      FROM import_lines
      WHERE tenant_id = ?1
        AND job_id = ?2
        AND state > 0
        AND state = 3
      ORDER BY line
      LIMIT 1 OFFSET 1000), 9e15)
  LIMIT 5000)
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- plan: SEARCH import_lines USING PRIMARY KEY (tenant_id=? AND job_id=? AND line=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH import_lines USING PRIMARY KEY (tenant_id=? AND job_id=? AND line>?)
-- plan:   SCALAR SUBQUERY 1
-- plan:     SEARCH import_lines USING COVERING INDEX import_lines_waiting (tenant_id=? AND job_id=? AND state=?)
-- plan:   CREATE BLOOM FILTER

UPDATE jobs
SET marker = ?1, lease_until = ?2, done = ?3
WHERE id = ?4
-- ?1 = "{\"actor\":null,\"created\":2,\"deleted\":0,\"done\":2,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":7113949615233563,\"passed_over\":[],\"phase\":4,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?2 = "2026-01-01T00:01:00.006Z"
-- ?3 = 2
-- ?4 = "job_019a000000007000800000000000000b"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)

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

SELECT 1 AS one
WHERE EXISTS (SELECT 1 FROM import_keys WHERE tenant_id = ?1 AND job_id = ?2)
  OR (SELECT count(*)
  FROM (SELECT 1 FROM import_lines WHERE tenant_id = ?1 AND job_id = ?2 LIMIT 1001)) > 1000
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH import_keys USING PRIMARY KEY (tenant_id=? AND job_id=?)
-- plan: SCALAR SUBQUERY 3
-- plan:   CO-ROUTINE (subquery-2)
-- plan:     SEARCH import_lines USING PRIMARY KEY (tenant_id=? AND job_id=?)
-- plan:   SCAN (subquery-2)

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

SELECT json_extract('{}', CASE WHEN EXISTS (SELECT 1
    FROM jobs
    WHERE id = ?1
      AND finished_at IS NULL
      AND marker = ?2
      AND lease_until = ?3) THEN '$'
  ELSE 'condition not met'
  END)
-- ?1 = "job_019a000000007000800000000000000b"
-- ?2 = "{\"actor\":null,\"created\":2,\"deleted\":0,\"done\":2,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":0,\"part\":7113949615233563,\"passed_over\":[],\"phase\":4,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?3 = "2026-01-01T00:01:00.006Z"
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)

UPDATE jobs
SET state = 'finished', finished_at = ?1, done = total, result = json_set(?2, '$.refused', (SELECT json_group_array(json_object('line', line, 'detail', detail))
    FROM (SELECT l.line AS line, r.value AS detail
      FROM import_lines l
      CROSS JOIN json_each(l.refused) r
      WHERE l.tenant_id = ?3
        AND l.job_id = ?4
        AND l.state = 3
        AND l.state > 0
      ORDER BY l.line, r.key
      LIMIT 1000)))
WHERE id = ?4
-- ?1 = "2026-01-01T00:00:00.006Z"
-- ?2 = "{\"created\":2,\"deleted\":0,\"dry_run\":false,\"passed_over\":[],\"refusals\":0,\"unchanged\":0,\"updated\":0}"
-- ?3 = 1
-- ?4 = "job_019a000000007000800000000000000b"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   CO-ROUTINE (subquery-1)
-- plan:     SEARCH l USING INDEX import_lines_waiting (tenant_id=? AND job_id=? AND state=?)
-- plan:     SCAN r VIRTUAL TABLE INDEX 1:
-- plan:     USE TEMP B-TREE FOR LAST TERM OF ORDER BY
-- plan:   SCAN (subquery-1)

DELETE
FROM import_keys
WHERE tenant_id = ?1
  AND job_id = ?2
  AND (key, id) IN (SELECT key, id FROM import_keys WHERE tenant_id = ?1 AND job_id = ?2 LIMIT 5000)
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- plan: SEARCH import_keys USING PRIMARY KEY (tenant_id=? AND job_id=? AND key=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH import_keys USING PRIMARY KEY (tenant_id=? AND job_id=?)
-- plan:   CREATE BLOOM FILTER
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH import_keys USING PRIMARY KEY (tenant_id=? AND job_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM import_lines
WHERE tenant_id = ?1
  AND job_id = ?2
  AND line IN (SELECT line FROM import_lines WHERE tenant_id = ?1 AND job_id = ?2 LIMIT 5000)
-- ?1 = 1
-- ?2 = "job_019a000000007000800000000000000b"
-- plan: SEARCH import_lines USING PRIMARY KEY (tenant_id=? AND job_id=? AND line=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH import_lines USING PRIMARY KEY (tenant_id=? AND job_id=?)
-- plan:   CREATE BLOOM FILTER

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + row_number() OVER (), ?2, h.kind, NULL, NULL, o.kind, o.id, ?3, json_object('label', o.label, 'about', h.about || '', 'changes', json(h.changes))
FROM (SELECT ?1 AS tenant_id, 'operator' AS kind, ?4 AS id, ?5 AS label) o
CROSS JOIN (SELECT kind, about, (SELECT json_group_array(iif(coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0) > 12000, json_object('path', key, 'before', NULL, 'after', NULL, 'cut', json('true')), json_object('path', key, 'before', json(before), 'after', json(after))))
    FROM (SELECT key, nullif(t.before -> fullkey, 'null') AS before, nullif(t.after -> fullkey, 'null') AS after
      FROM (SELECT key, fullkey
        FROM json_each(t.before)
        UNION
        SELECT key, fullkey
        FROM json_each(t.after)))
    WHERE before IS NOT after) AS changes
  FROM (SELECT 'import.finished' AS kind, n.id AS about, '{}' AS before, json_object('created', n.result -> '$.created', 'updated', n.result -> '$.updated', 'unchanged', n.result -> '$.unchanged', 'refusals', n.result -> '$.refusals') AS after
    FROM jobs n
    WHERE n.id = ?6
      AND n.state = 'finished') t) h
WHERE h.changes <> '[]'
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.006Z"
-- ?3 = "req_019b76daa80600000000000000000001"
-- ?4 = NULL
-- ?5 = "ADMIN_TOKEN"
-- ?6 = "job_019a000000007000800000000000000b"
-- plan: CO-ROUTINE (subquery-10)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan:   SEARCH n USING PRIMARY KEY (id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-4)
-- plan:   CORRELATED SCALAR SUBQUERY 6
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       COMPOUND QUERY
-- plan:         LEFT-MOST SUBQUERY
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:         UNION USING TEMP B-TREE
-- plan:           SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-4)
-- plan: SCAN (subquery-10)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

UPDATE jobs
SET marker = ?1, lease_until = ?2, done = ?3
WHERE id = ?4
-- ?1 = "{\"actor\":null,\"created\":2,\"deleted\":0,\"done\":2,\"dry_run\":false,\"label\":\"ADMIN_TOKEN\",\"line\":-1,\"part\":7113949615233563,\"passed_over\":[],\"phase\":4,\"refusals\":0,\"request\":\"req_019b76daa80600000000000000000001\",\"unchanged\":0,\"updated\":0}"
-- ?2 = "2026-01-01T00:01:00.006Z"
-- ?3 = 2
-- ?4 = "job_019a000000007000800000000000000b"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)

SELECT json_object('id', id, 'kind', kind, 'tenant', tenant_id, 'state', state, 'done', done, 'total', total, 'result', json(result), 'created_at', created_at, 'finished_at', finished_at) AS shape, scope, tenant_id, finished_at, iif(kind = 'import', marker ->> 'part', NULL) AS part
FROM jobs
WHERE id = ?1
-- ?1 = "job_019a000000007000800000000000000b"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)
