-- POST /Users
-- {"emails":[{"value":"cid@example.com"}],"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"urn:example:params:scim:schemas:extension:workplace:2.0:User":{"badge":"7"},"userName":"cid"}

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
SELECT t.id, ?1, ?1, ?2, ?3, ?4, ?4, ?5, ?6, ?6
FROM (SELECT ?7 AS id) t
WHERE t.id IS NOT NULL
ON CONFLICT DO NOTHING
RETURNING seq
-- ?1 = "2026-01-01T00:00:00.006Z"
-- ?2 = "019a0000-0000-7000-8000-00000000000b"
-- ?3 = "000000000000000c"
-- ?4 = "{\"active\":true,\"emails\":[{\"value\":\"cid@example.com\"}],\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\",\"urn:example:params:scim:schemas:extension:workplace:2.0:User\"],\"urn:example:params:scim:schemas:extension:workplace:2.0:User\":{\"badge\":\"7\"},\"userName\":\"cid\"}"
-- ?5 = "cid"
-- ?6 = NULL
-- ?7 = 1
-- plan: CO-ROUTINE t
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN t

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, ?3, 'User', users.id, o.kind, o.id, ?4, rtrim(json_object('label', o.label, 'version', users.version, 'externalId', substr(users.external_id, 1, 200), 'name', substr(?5, 1, 200)), '}') || ',"after":' || users.document || '}'
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?6 AS id, ?7 AS label) o
CROSS JOIN users
WHERE changes() > 0
  AND users.seq = last_insert_rowid()
  AND users.id = ?8
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.006Z"
-- ?3 = "user.created"
-- ?4 = "req_019b76daa80600000000000000000001"
-- ?5 = "cid"
-- ?6 = NULL
-- ?7 = "SCIM_TOKEN"
-- ?8 = "019a0000-0000-7000-8000-00000000000b"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SEARCH users USING INTEGER PRIMARY KEY (rowid=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

INSERT INTO unique_values (tenant_id, attribute, value, resource_id)
SELECT ?1, j.value ->> 0, j.value ->> 1, ?2
FROM json_each(?3) j
WHERE EXISTS (SELECT 1
  FROM users
  WHERE users.tenant_id = ?1
    AND users.id = ?2
    AND version = ?4)
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-00000000000b"
-- ?3 = "[[\"urn:example:params:scim:schemas:extension:workplace:2.0:User:badge\",\"7\"]]"
-- ?4 = "000000000000000c"
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH users USING INDEX users_id (tenant_id=? AND id=?)
