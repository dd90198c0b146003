-- POST /Bulk
-- {"Operations":[{"bulkId":"a","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"user a"},"method":"POST","path":"/Users"},{"bulkId":"b","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"user b"},"method":"POST","path":"/Users"}],"schemas":["urn:ie … (46 bytes more)

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

INSERT INTO users (tenant_id, created_at, updated_at, id, version, document, folded, user_name_folded, external_id, display_name_folded)
SELECT t.id, ?1, ?1, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6
FROM (SELECT ?2 AS id) t
CROSS JOIN json_each(?3) j
WHERE t.id IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING id
-- ?1 = "2026-01-01T00:00:00.006Z"
-- ?2 = 1
-- ?3 = "[[\"019a0000-0000-7000-8000-00000000000b\",\"000000000000000d\",\"{\\\"active\\\":true,\\\"schemas\\\":[\\\"urn:ietf:params:scim:schemas:core:2.0:User\\\"],\\\"userName\\\":\\\"user a\\\"}\",\"{\\\"active\\\":true,\\\"schemas\\\":[\\\"urn:ietf:params:scim:schemas:core:2.0:User\\\"],\\\"userName\\\" … (381 bytes more)
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
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?5 AS id, ?6 AS label) o
CROSS JOIN json_each(?2) j
CROSS JOIN users ON users.tenant_id = ?1
  AND users.id = j.value ->> 1
  AND users.version = j.value ->> 2
-- ?1 = 1
-- ?2 = "[[\"req_019b76daa80600000000000000000001:1\",\"019a0000-0000-7000-8000-00000000000b\",\"000000000000000d\"],[\"req_019b76daa80600000000000000000001:2\",\"019a0000-0000-7000-8000-00000000000c\",\"000000000000000e\"]]"
-- ?3 = "2026-01-01T00:00:00.006Z"
-- ?4 = "user.created"
-- ?5 = NULL
-- ?6 = "SCIM_TOKEN"
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
