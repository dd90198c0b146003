-- POST /Bulk
-- {"Operations":[{"data":{"Operations":[{"op":"replace","value":{"title":"Dr"}}],"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]},"method":"PATCH","path":"/Users/019a0000-0000-7000-8000-000000000001"},{"data":{"Operations":[{"op":"replace","value":{"title":"Dr"}}],"schemas":["urn:ietf:para … (172 bytes more)

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

SELECT id, iif(bytes <= 1000000, document, NULL) AS document, version
FROM (SELECT r.id AS id, r.document AS document, r.version AS version, sum(octet_length(r.document)) OVER (ORDER BY j.key) AS bytes
  FROM json_each(?1) j
  CROSS JOIN users r
  WHERE r.tenant_id = ?2
    AND r.id = j.value)
-- ?1 = "[\"019a0000-0000-7000-8000-000000000001\",\"019a0000-0000-7000-8000-000000000003\"]"
-- ?2 = 1
-- plan: CO-ROUTINE (subquery-1)
-- plan:   CO-ROUTINE (subquery-3)
-- plan:     SCAN j VIRTUAL TABLE INDEX 1:
-- plan:     SEARCH r USING INDEX users_id (tenant_id=? AND id=?)
-- plan:     USE TEMP B-TREE FOR ORDER BY
-- plan:   SCAN (subquery-3)
-- plan: SCAN (subquery-1)

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
SET version = ?1 ->> ('$."' || users.id || '"[1]'), updated_at = max(updated_at, ?2), document = ?1 ->> ('$."' || users.id || '"[2]'), folded = ?1 ->> ('$."' || users.id || '"[3]')
WHERE users.tenant_id = ?3
  AND id IN (SELECT value FROM json_each(?4))
  AND version = ?1 ->> ('$."' || users.id || '"[0]')
RETURNING id
-- ?1 = "{\"019a0000-0000-7000-8000-000000000001\":[\"0000000000000002\",\"0000000000000015\",\"{\\\"active\\\":true,\\\"schemas\\\":[\\\"urn:ietf:params:scim:schemas:core:2.0:User\\\"],\\\"title\\\":\\\"Dr\\\",\\\"userName\\\":\\\"ada\\\"}\",\"{\\\"active\\\":true,\\\"schemas\\\":[\\\"urn:ietf:params:scim: … (469 bytes more)
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = 1
-- ?4 = "[\"019a0000-0000-7000-8000-000000000001\",\"019a0000-0000-7000-8000-000000000003\"]"
-- plan: SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + row_number() OVER (), ?2, j.value ->> 3, 'User', users.id, o.kind, o.id, j.value ->> 0, json_object('label', o.label, 'version', users.version, 'externalId', substr(users.external_id, 1, 200), 'name', substr(users.document ->> '$.userName', 1, 200), 'changes', json(j.value -> 4))
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?3 AS id, ?4 AS label) o
CROSS JOIN json_each(?5) j
CROSS JOIN users ON users.tenant_id = ?1
  AND users.id = j.value ->> 1
  AND users.version = j.value ->> 2
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = NULL
-- ?4 = "SCIM_TOKEN"
-- ?5 = "[[\"req_019b76daa80800000000000000000001:1\",\"019a0000-0000-7000-8000-000000000001\",\"0000000000000015\",\"user.updated\",[{\"after\":\"Dr\",\"before\":null,\"path\":\"title\"}]],[\"req_019b76daa80800000000000000000001:2\",\"019a0000-0000-7000-8000-000000000003\",\"0000000000000016\",\"user.updat … (63 bytes more)
-- plan: CO-ROUTINE (subquery-4)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:   SCAN o
-- plan:   SCAN j VIRTUAL TABLE INDEX 1:
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
-- plan: SCAN (subquery-4)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
