-- DELETE /Devices/019a0000-0000-7000-8000-000000000009

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
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'Device', resources.id, o.kind, o.id, ?4, json_object('label', o.label, 'version', resources.version, 'externalId', substr(resources.external_id, 1, 200), 'name', substr(resources.document ->> '$.displayName', 1, 200), 'before', iif(octet_length(resources.document) <= 12000, json(resources.document), (SELECT json_group_object(key, json(iif(path = '', object -> ('$."' || key || '"'), object)))
      FROM (SELECT key, path, json_group_object(name, iif(fits, json(value), NULL)) AS object
        FROM (SELECT a.key AS key, a.path AS path, x.key AS name, a.object -> x.fullkey AS value, octet_length(x.value) <= 12000 / count(*) OVER () AS fits
          FROM (SELECT key, iif(inside, key || ':', '') AS path, iif(inside, value, json_object(key, json(document -> fullkey))) AS object
            FROM (SELECT key, value, fullkey, resources.document AS document, d.type = 'object'
                AND d.key LIKE 'urn:%' AS inside
              FROM json_each(resources.document) d)) a
          CROSS JOIN json_each(a.object) x)
        GROUP BY key))), 'cut', iif(octet_length(resources.document) <= 12000, NULL, (SELECT json_group_array(path || name) FILTER (WHERE NOT fits)
      FROM (SELECT a.key AS key, a.path AS path, x.key AS name, a.object -> x.fullkey AS value, octet_length(x.value) <= 12000 / count(*) OVER () AS fits
        FROM (SELECT key, iif(inside, key || ':', '') AS path, iif(inside, value, json_object(key, json(document -> fullkey))) AS object
          FROM (SELECT key, value, fullkey, resources.document AS document, d.type = 'object'
              AND d.key LIKE 'urn:%' AS inside
            FROM json_each(resources.document) d)) a
        CROSS JOIN json_each(a.object) x))))
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?5 AS id, ?6 AS label) o
CROSS JOIN resources
WHERE resources.tenant_id = ?1
  AND resources.resource_type = ?7
  AND resources.id = ?8
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.007Z"
-- ?3 = "device.deleted"
-- ?4 = "req_019b76daa80700000000000000000001"
-- ?5 = NULL
-- ?6 = "SCIM_TOKEN"
-- ?7 = "Device"
-- ?8 = "019a0000-0000-7000-8000-000000000009"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SEARCH resources USING INDEX resources_id (tenant_id=? AND resource_type=? AND id=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan: CORRELATED SCALAR SUBQUERY 6
-- plan:   CO-ROUTINE (subquery-5)
-- plan:     CO-ROUTINE (subquery-4)
-- plan:       CO-ROUTINE (subquery-13)
-- plan:         SCAN d VIRTUAL TABLE INDEX 1:
-- plan:         SCAN x VIRTUAL TABLE INDEX 1:
-- plan:       SCAN (subquery-13)
-- plan:     SCAN (subquery-4)
-- plan:     USE TEMP B-TREE FOR GROUP BY
-- plan:   SCAN (subquery-5)
-- plan: CORRELATED SCALAR SUBQUERY 10
-- plan:   CO-ROUTINE (subquery-9)
-- plan:     CO-ROUTINE (subquery-14)
-- plan:       SCAN d VIRTUAL TABLE INDEX 1:
-- plan:       SCAN x VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-14)
-- plan:   SCAN (subquery-9)

DELETE
FROM resources
WHERE resources.tenant_id = ?1
  AND resources.resource_type = ?2
  AND resources.id = ?3
RETURNING seq
-- ?1 = 1
-- ?2 = "Device"
-- ?3 = "019a0000-0000-7000-8000-000000000009"
-- plan: SEARCH resources USING INDEX resources_id (tenant_id=? AND resource_type=? AND id=?)
