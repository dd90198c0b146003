-- POST /Users
-- {"externalId":"7","schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bob"}

SELECT ?1 AS tenant_id, NULL AS subject, '' AS cursor_key, NULL AS last_used_at, json_extract('{}', coalesce((SELECT CASE state WHEN 'suspended' THEN 'tenant suspended'
      ELSE 'unknown token'
      END
      FROM tenants INDEXED BY tenants_closed
      WHERE id = ?1
        AND state <> 'active'), (SELECT 'settings are others'
      FROM tenants INDEXED BY tenants_settings
      WHERE id = ?1
        AND settings_version > ?1), '$')) AS is_open
-- ?1 = 1
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH tenants USING COVERING INDEX tenants_closed (id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH tenants USING COVERING INDEX tenants_settings (id=? AND settings_version>?)

INSERT INTO users (tenant_id, created_at, updated_at, id, version, document, folded, user_name_folded, external_id, display_name_folded)
SELECT t.id, ?1, ?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7
FROM (SELECT ?8 AS id) t
WHERE t.id IS NOT NULL
  AND (coalesce((SELECT substr(max((x.external_id IS ?6) || x.deleted_at || x.id), 26)
      FROM deleted_resources x
      WHERE x.tenant_id = ?8
        AND x.name = ?5
        AND x.purge_at > ?1
        AND (x.external_id IS NULL OR ?6 IS NULL OR x.external_id = ?6)), ?2) = ?2
    OR (SELECT x.id
    FROM deleted_resources x
    WHERE x.tenant_id = ?8
      AND x.id = ?2
      AND x.purge_at > ?1) IS NOT NULL)
ON CONFLICT DO NOTHING
RETURNING seq
-- ?1 = "2026-01-01T00:00:00.008Z"
-- ?2 = "019a0000-0000-7000-8000-00000000000c"
-- ?3 = "000000000000000d"
-- ?4 = "{\"active\":true,\"externalId\":\"7\",\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"bob\"}"
-- ?5 = "bob"
-- ?6 = "7"
-- ?7 = NULL
-- ?8 = 1
-- plan: CO-ROUTINE t
-- plan:   SCAN CONSTANT ROW
-- plan:   SCALAR SUBQUERY 2
-- plan:     SEARCH x USING INDEX deleted_resources_name (tenant_id=? AND name=?)
-- plan:   SCALAR SUBQUERY 3
-- plan:     SEARCH x USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: SCAN t
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH x USING INDEX deleted_resources_name (tenant_id=? AND name=?)
-- plan: SCALAR SUBQUERY 3
-- plan:   SEARCH x USING PRIMARY KEY (tenant_id=? AND id=?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, iif(EXISTS (SELECT 1
    FROM deleted_resources d
    WHERE d.tenant_id = users.tenant_id
      AND d.id = users.id
      AND d.purge_at > ?2), ?3, ?4), 'User', users.id, o.kind, o.id, ?5, rtrim(json_object('label', o.label, 'version', users.version, 'externalId', substr(users.external_id, 1, 200), 'name', substr(?6, 1, 200)), '}') || ',"after":' || users.document || '}'
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?7 AS id, ?8 AS label) o
CROSS JOIN users
WHERE changes() > 0
  AND users.seq = last_insert_rowid()
  AND users.id = ?9
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = "user.restored"
-- ?4 = "user.created"
-- ?5 = "req_019b76daa80800000000000000000001"
-- ?6 = "bob"
-- ?7 = NULL
-- ?8 = "SCIM_TOKEN"
-- ?9 = "019a0000-0000-7000-8000-00000000000c"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SEARCH users USING INTEGER PRIMARY KEY (rowid=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)

DELETE
FROM deleted_resources
WHERE tenant_id = ?1
  AND id IN (SELECT value FROM json_each(?2))
  AND EXISTS (SELECT 1 FROM users x WHERE x.tenant_id = ?1 AND x.id = deleted_resources.id)
-- ?1 = 1
-- ?2 = "[\"019a0000-0000-7000-8000-00000000000c\"]"
-- plan: SEARCH deleted_resources USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH x USING COVERING INDEX users_id (tenant_id=? AND id=?)

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

SELECT j.value ->> 0 AS id, (SELECT substr(max((x.external_id IS (j.value ->> 2)) || x.deleted_at || x.id), 26)
  FROM deleted_resources x
  WHERE x.tenant_id = ?1
    AND x.name = (j.value ->> 1)
    AND x.purge_at > ?2
    AND (x.external_id IS NULL
      OR (j.value ->> 2) IS NULL
      OR x.external_id = (j.value ->> 2))) AS former
FROM json_each(?3) j
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = "[[\"019a0000-0000-7000-8000-00000000000c\",\"bob\",\"7\"]]"
-- plan: SCAN j VIRTUAL TABLE INDEX 1:
-- plan: CORRELATED SCALAR SUBQUERY 1
-- plan:   SEARCH x USING INDEX deleted_resources_name (tenant_id=? AND name=?)

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

INSERT INTO users (tenant_id, created_at, updated_at, id, version, document, folded, user_name_folded, external_id, display_name_folded)
SELECT t.id, ?1, ?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7
FROM (SELECT ?8 AS id) t
WHERE t.id IS NOT NULL
  AND (coalesce((SELECT substr(max((x.external_id IS ?6) || x.deleted_at || x.id), 26)
      FROM deleted_resources x
      WHERE x.tenant_id = ?8
        AND x.name = ?5
        AND x.purge_at > ?1
        AND (x.external_id IS NULL OR ?6 IS NULL OR x.external_id = ?6)), ?2) = ?2
    OR (SELECT x.id
    FROM deleted_resources x
    WHERE x.tenant_id = ?8
      AND x.id = ?2
      AND x.purge_at > ?1) IS NOT NULL)
ON CONFLICT DO NOTHING
RETURNING seq
-- ?1 = "2026-01-01T00:00:00.008Z"
-- ?2 = "019a0000-0000-7000-8000-000000000003"
-- ?3 = "000000000000000d"
-- ?4 = "{\"active\":true,\"externalId\":\"7\",\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"bob\"}"
-- ?5 = "bob"
-- ?6 = "7"
-- ?7 = NULL
-- ?8 = 1
-- plan: CO-ROUTINE t
-- plan:   SCAN CONSTANT ROW
-- plan:   SCALAR SUBQUERY 2
-- plan:     SEARCH x USING INDEX deleted_resources_name (tenant_id=? AND name=?)
-- plan:   SCALAR SUBQUERY 3
-- plan:     SEARCH x USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: SCAN t
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH x USING INDEX deleted_resources_name (tenant_id=? AND name=?)
-- plan: SCALAR SUBQUERY 3
-- plan:   SEARCH x USING PRIMARY KEY (tenant_id=? AND id=?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + 1, ?2, iif(EXISTS (SELECT 1
    FROM deleted_resources d
    WHERE d.tenant_id = users.tenant_id
      AND d.id = users.id
      AND d.purge_at > ?2), ?3, ?4), 'User', users.id, o.kind, o.id, ?5, rtrim(json_object('label', o.label, 'version', users.version, 'externalId', substr(users.external_id, 1, 200), 'name', substr(?6, 1, 200)), '}') || ',"after":' || users.document || '}'
FROM (SELECT ?1 AS tenant_id, 'token' AS kind, ?7 AS id, ?8 AS label) o
CROSS JOIN users
WHERE changes() > 0
  AND users.seq = last_insert_rowid()
  AND users.id = ?9
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.008Z"
-- ?3 = "user.restored"
-- ?4 = "user.created"
-- ?5 = "req_019b76daa80800000000000000000001"
-- ?6 = "bob"
-- ?7 = NULL
-- ?8 = "SCIM_TOKEN"
-- ?9 = "019a0000-0000-7000-8000-000000000003"
-- plan: CO-ROUTINE o
-- plan:   SCAN CONSTANT ROW
-- plan: SCAN o
-- plan: SEARCH users USING INTEGER PRIMARY KEY (rowid=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)

DELETE
FROM deleted_resources
WHERE tenant_id = ?1
  AND id IN (SELECT value FROM json_each(?2))
  AND EXISTS (SELECT 1 FROM users x WHERE x.tenant_id = ?1 AND x.id = deleted_resources.id)
-- ?1 = 1
-- ?2 = "[\"019a0000-0000-7000-8000-000000000003\"]"
-- plan: SEARCH deleted_resources USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SCAN json_each VIRTUAL TABLE INDEX 1:
-- plan:   CREATE BLOOM FILTER
-- plan: CORRELATED SCALAR SUBQUERY 2
-- plan:   SEARCH x USING COVERING INDEX users_id (tenant_id=? AND id=?)
