-- POST /Devices
-- {"schemas":["urn:example:params:scim:schemas:core:2.0:Device"],"serialNumber":"8"}

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

INSERT INTO resources (tenant_id, created_at, updated_at, resource_type, id, version, document, folded, external_id)
SELECT t.id, ?1, ?1, ?2, ?3, ?4, ?5, ?5, ?6
FROM (SELECT ?7 AS id) t
WHERE t.id IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING seq
-- ?1 = "2026-01-01T00:00:00.006Z"
-- ?2 = "Device"
-- ?3 = "019a0000-0000-7000-8000-00000000000b"
-- ?4 = "000000000000000c"
-- ?5 = "{\"schemas\":[\"urn:example:params:scim:schemas:core:2.0:Device\"],\"serialNumber\":\"8\"}"
-- ?6 = NULL
-- ?7 = 1
-- plan: CO-ROUTINE t
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN t

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'Device', resources.id, o.kind, o.id, ?4, rtrim(json_object('label', o.label, 'version', resources.version, 'externalId', substr(resources.external_id, 1, 200), 'name', substr(?5, 1, 200)), '}') || ',"after":' || resources.document || '}'
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?5 AS id, ?6 AS label) o
CROSS JOIN resources
WHERE changes() > 0
  AND resources.seq = last_insert_rowid()
  AND resources.id = ?7
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.006Z"
-- ?3 = "device.created"
-- ?4 = "req_019b76daa80600000000000000000001"
-- ?5 = NULL
-- ?6 = "SCIM_TOKEN"
-- ?7 = "019a0000-0000-7000-8000-00000000000b"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SEARCH resources USING INTEGER PRIMARY KEY (rowid=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

INSERT INTO unique_values (tenant_id, attribute, value, resource_id)
SELECT ?1, j.value ->> 0, j.value ->> 1, ?2
FROM json_each(?3) j
WHERE EXISTS (SELECT 1
  FROM resources
  WHERE resources.tenant_id = ?1
    AND resources.resource_type = ?4
    AND resources.id = ?2
    AND version = ?5)
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-00000000000b"
-- ?3 = "[[\"urn:example:params:scim:schemas:core:2.0:Device:serialNumber\",\"8\"]]"
-- ?4 = "Device"
-- ?5 = "000000000000000c"
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH resources USING INDEX resources_id (tenant_id=? AND resource_type=? AND id=?)
