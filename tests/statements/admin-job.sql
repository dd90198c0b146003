-- and a step of its job

SELECT id, kind, tenant_id
FROM jobs
WHERE finished_at IS NULL
  AND lease_until <= ?1
ORDER BY lease_until
LIMIT 1
-- ?1 = "2026-01-01T00:00:00.016Z"
-- plan: SEARCH jobs USING INDEX jobs_open (lease_until<?)

UPDATE jobs
SET lease_until = ?1, state = 'running'
WHERE id = ?2
  AND finished_at IS NULL
  AND lease_until <= ?3
RETURNING coalesce(marker, '') AS marker
-- ?1 = "2026-01-01T00:01:00.016Z"
-- ?2 = "job_019a0000000070008000000000000011"
-- ?3 = "2026-01-01T00:00:00.016Z"
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)

DELETE
FROM team_members
WHERE tenant_id = ?1
  AND (team_id, member_id) IN (SELECT team_id, member_id FROM team_members WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH team_members USING PRIMARY KEY (tenant_id=? AND team_id=? AND member_id=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH team_members USING COVERING INDEX team_members_member (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM users
WHERE tenant_id = ?1
  AND (seq) IN (SELECT seq FROM users WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH users USING INTEGER PRIMARY KEY (rowid=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH users USING COVERING INDEX users_modified (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM teams
WHERE tenant_id = ?1
  AND (seq) IN (SELECT seq FROM teams WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH teams USING INTEGER PRIMARY KEY (rowid=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH teams USING COVERING INDEX teams_modified (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM resources
WHERE tenant_id = ?1
  AND (seq) IN (SELECT seq FROM resources WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH resources USING INTEGER PRIMARY KEY (rowid=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH resources USING COVERING INDEX resources_modified (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM pending_members
WHERE tenant_id = ?1
  AND (value, team_id) IN (SELECT value, team_id FROM pending_members WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH pending_members USING INDEX pending_members_team (tenant_id=? AND team_id=? AND value=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH pending_members USING COVERING INDEX pending_members_team (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM deleted_links
WHERE tenant_id = ?1
  AND (resource_id, part) IN (SELECT resource_id, part FROM deleted_links WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH deleted_links USING PRIMARY KEY (tenant_id=? AND resource_id=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH deleted_links USING PRIMARY KEY (tenant_id=?)
-- plan:   CREATE BLOOM FILTER
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH deleted_links USING PRIMARY KEY (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM deleted_resources
WHERE tenant_id = ?1
  AND (id) IN (SELECT id FROM deleted_resources WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH deleted_resources USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH deleted_resources USING COVERING INDEX deleted_resources_newest (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM unique_values
WHERE tenant_id = ?1
  AND (attribute, value) IN (SELECT attribute, value FROM unique_values WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH unique_values USING PRIMARY KEY (tenant_id=? AND attribute=? AND value=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH unique_values USING COVERING INDEX unique_values_resource (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM user_emails
WHERE tenant_id = ?1
  AND (value, user_id) IN (SELECT value, user_id FROM user_emails WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH user_emails USING PRIMARY KEY (tenant_id=? AND value=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH user_emails USING PRIMARY KEY (tenant_id=?)
-- plan:   CREATE BLOOM FILTER
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH user_emails USING PRIMARY KEY (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM milestones
WHERE tenant_id = ?1
  AND (resource_type, moved, position) IN (SELECT resource_type, moved, position
  FROM milestones
  WHERE tenant_id = ?1
    AND NOT EXISTS (SELECT 1 FROM users WHERE tenant_id = ?1)
    AND NOT EXISTS (SELECT 1 FROM teams WHERE tenant_id = ?1)
    AND NOT EXISTS (SELECT 1 FROM resources WHERE tenant_id = ?1)
  LIMIT 300)
-- ?1 = 2
-- plan: SEARCH milestones USING PRIMARY KEY (tenant_id=? AND resource_type=? AND moved=? AND position=?)
-- plan: LIST SUBQUERY 5
-- plan:   SEARCH milestones USING PRIMARY KEY (tenant_id=?)
-- plan:   SCALAR SUBQUERY 1
-- plan:     SEARCH users USING COVERING INDEX users_modified (tenant_id=?)
-- plan:   SCALAR SUBQUERY 2
-- plan:     SEARCH teams USING COVERING INDEX teams_modified (tenant_id=?)
-- plan:   SCALAR SUBQUERY 3
-- plan:     SEARCH resources USING COVERING INDEX resources_modified (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM totals
WHERE tenant_id = ?1
  AND (resource_type) IN (SELECT resource_type
  FROM totals
  WHERE tenant_id = ?1
    AND NOT EXISTS (SELECT 1 FROM users WHERE tenant_id = ?1)
    AND NOT EXISTS (SELECT 1 FROM teams WHERE tenant_id = ?1)
    AND NOT EXISTS (SELECT 1 FROM resources WHERE tenant_id = ?1)
  LIMIT 300)
-- ?1 = 2
-- plan: SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
-- plan: LIST SUBQUERY 4
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=?)
-- plan:   SCALAR SUBQUERY 1
-- plan:     SEARCH users USING COVERING INDEX users_modified (tenant_id=?)
-- plan:   SCALAR SUBQUERY 2
-- plan:     SEARCH teams USING COVERING INDEX teams_modified (tenant_id=?)
-- plan:   SCALAR SUBQUERY 3
-- plan:     SEARCH resources USING COVERING INDEX resources_modified (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM tokens
WHERE tenant_id = ?1
  AND (hash) IN (SELECT hash FROM tokens WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH tokens USING INDEX tokens_id (tenant_id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH tokens USING COVERING INDEX tokens_id (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM client_secrets
WHERE tenant_id = ?1
  AND (client_id, n) IN (SELECT client_id, n FROM client_secrets WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH client_secrets USING PRIMARY KEY (tenant_id=? AND client_id=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH client_secrets USING PRIMARY KEY (tenant_id=?)
-- plan:   CREATE BLOOM FILTER
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH client_secrets USING PRIMARY KEY (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM assertions_seen
WHERE tenant_id = ?1
  AND (client_id, jti) IN (SELECT client_id, jti FROM assertions_seen WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH assertions_seen USING PRIMARY KEY (tenant_id=? AND client_id=? AND jti=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH assertions_seen USING PRIMARY KEY (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM clients
WHERE tenant_id = ?1
  AND (id) IN (SELECT id FROM clients WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH clients USING INDEX clients_tenant (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH clients USING COVERING INDEX clients_tenant (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM requests
WHERE tenant_id = ?1
  AND (id) IN (SELECT id FROM requests WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH requests USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH requests USING PRIMARY KEY (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM import_lines
WHERE tenant_id = ?1
  AND (job_id, line) IN (SELECT job_id, line FROM import_lines WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH import_lines USING PRIMARY KEY (tenant_id=? AND job_id=? AND line=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH import_lines USING PRIMARY KEY (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

DELETE
FROM import_keys
WHERE tenant_id = ?1
  AND (job_id, key, id) IN (SELECT job_id, key, id FROM import_keys WHERE tenant_id = ?1 LIMIT 300)
-- ?1 = 2
-- plan: SEARCH import_keys USING PRIMARY KEY (tenant_id=? AND job_id=? AND key=?)
-- plan: LIST SUBQUERY 2
-- plan:   SEARCH import_keys USING PRIMARY KEY (tenant_id=?)
-- plan:   CREATE BLOOM FILTER
-- plan: LIST SUBQUERY 1
-- plan:   SEARCH import_keys USING PRIMARY KEY (tenant_id=?)
-- plan:   CREATE BLOOM FILTER

UPDATE jobs
SET state = iif(finished_at IS NULL, 'failed', state), finished_at = coalesce(finished_at, ?1), result = NULL
WHERE tenant_id = ?2
  AND (finished_at IS NULL OR result IS NOT NULL)
  AND id <> ?3
-- ?1 = "2026-01-01T00:00:00.016Z"
-- ?2 = 2
-- ?3 = "job_019a0000000070008000000000000011"
-- plan: SEARCH jobs USING INDEX jobs_tenant (tenant_id=?)

UPDATE events
SET body = NULL, salt = NULL
WHERE tenant_id = ?1
  AND seq > max(coalesce((SELECT CAST(marker AS INTEGER) FROM jobs WHERE id = ?2), 0), coalesce((SELECT min(seq) - 1 FROM events WHERE tenant_id = ?1), 0))
  AND seq <= max(coalesce((SELECT CAST(marker AS INTEGER) FROM jobs WHERE id = ?2), 0), coalesce((SELECT min(seq) - 1 FROM events WHERE tenant_id = ?1), 0)) + 300
-- ?1 = 2
-- ?2 = "job_019a0000000070008000000000000011"
-- plan: SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq>? AND seq<?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=?)
-- plan: SCALAR SUBQUERY 3
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)
-- plan: SCALAR SUBQUERY 4
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=?)

UPDATE jobs
SET lease_until = ?1, marker = max(coalesce((SELECT CAST(marker AS INTEGER) FROM jobs WHERE id = ?2), 0), coalesce((SELECT min(seq) - 1 FROM events WHERE tenant_id = ?3), 0)) + 300, done = max(done, total - (SELECT coalesce(sum(total), 0) FROM totals WHERE tenant_id = ?3)), (state, finished_at, result) = (SELECT 'finished', ?1, json_object('deleted', jobs.total)
  WHERE NOT EXISTS (SELECT 1 FROM team_members WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM pending_members WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM deleted_links WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM deleted_resources WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM unique_values WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM user_emails WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM totals WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM tokens WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM client_secrets WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM assertions_seen WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM clients WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM requests WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM import_lines WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM import_keys WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM users WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM teams WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1 FROM resources WHERE tenant_id = ?3)
    AND NOT EXISTS (SELECT 1
    FROM events
    WHERE tenant_id = ?3
      AND seq > max(coalesce((SELECT CAST(marker AS INTEGER) FROM jobs WHERE id = ?2), 0), coalesce((SELECT min(seq) - 1 FROM events WHERE tenant_id = ?3), 0)) + 300)
  UNION ALL
  SELECT 'running', NULL, NULL
  LIMIT 1)
WHERE id = ?2
RETURNING finished_at
-- ?1 = "2026-01-01T00:00:00.016Z"
-- ?2 = "job_019a0000000070008000000000000011"
-- ?3 = 2
-- plan: SEARCH jobs USING PRIMARY KEY (id=?)
-- plan: CORRELATED SCALAR SUBQUERY 25
-- plan:   COMPOUND QUERY
-- plan:     LEFT-MOST SUBQUERY
-- plan:       SCAN CONSTANT ROW
-- plan:       SCALAR SUBQUERY 4
-- plan:         SEARCH team_members USING COVERING INDEX team_members_member (tenant_id=?)
-- plan:       SCALAR SUBQUERY 5
-- plan:         SEARCH pending_members USING COVERING INDEX pending_members_team (tenant_id=?)
-- plan:       SCALAR SUBQUERY 6
-- plan:         SEARCH deleted_links USING PRIMARY KEY (tenant_id=?)
-- plan:       SCALAR SUBQUERY 7
-- plan:         SEARCH deleted_resources USING COVERING INDEX deleted_resources_newest (tenant_id=?)
-- plan:       SCALAR SUBQUERY 8
-- plan:         SEARCH unique_values USING COVERING INDEX unique_values_resource (tenant_id=?)
-- plan:       SCALAR SUBQUERY 9
-- plan:         SEARCH user_emails USING PRIMARY KEY (tenant_id=?)
-- plan:       SCALAR SUBQUERY 10
-- plan:         SEARCH totals USING PRIMARY KEY (tenant_id=?)
-- plan:       SCALAR SUBQUERY 11
-- plan:         SEARCH tokens USING COVERING INDEX tokens_id (tenant_id=?)
-- plan:       SCALAR SUBQUERY 12
-- plan:         SEARCH client_secrets USING PRIMARY KEY (tenant_id=?)
-- plan:       SCALAR SUBQUERY 13
-- plan:         SEARCH assertions_seen USING PRIMARY KEY (tenant_id=?)
-- plan:       SCALAR SUBQUERY 14
-- plan:         SEARCH clients USING COVERING INDEX clients_tenant (tenant_id=?)
-- plan:       SCALAR SUBQUERY 15
-- plan:         SEARCH requests USING PRIMARY KEY (tenant_id=?)
-- plan:       SCALAR SUBQUERY 16
-- plan:         SEARCH import_lines USING PRIMARY KEY (tenant_id=?)
-- plan:       SCALAR SUBQUERY 17
-- plan:         SEARCH import_keys USING PRIMARY KEY (tenant_id=?)
-- plan:       SCALAR SUBQUERY 18
-- plan:         SEARCH users USING COVERING INDEX users_modified (tenant_id=?)
-- plan:       SCALAR SUBQUERY 19
-- plan:         SEARCH teams USING COVERING INDEX teams_modified (tenant_id=?)
-- plan:       SCALAR SUBQUERY 20
-- plan:         SEARCH resources USING COVERING INDEX resources_modified (tenant_id=?)
-- plan:       SCALAR SUBQUERY 23
-- plan:         SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq>?)
-- plan:         SCALAR SUBQUERY 21
-- plan:           SEARCH jobs USING PRIMARY KEY (id=?)
-- plan:         SCALAR SUBQUERY 22
-- plan:           SEARCH events USING COVERING INDEX events_seq (tenant_id=?)
-- plan:     UNION ALL
-- plan:       SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)
-- plan: SCALAR SUBQUERY 2
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=?)
-- plan: SCALAR SUBQUERY 3
-- plan:   SEARCH totals USING PRIMARY KEY (tenant_id=?)

INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body)
SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER)
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000), 0) + row_number() OVER (), ?2, h.kind, NULL, NULL, o.kind, o.id, ?3, json_object('label', o.label, 'about', h.about || '', 'changes', json(h.changes))
FROM (SELECT ?1 AS tenant_id, 'system' AS kind, ?3 AS id, ?3 AS label) o
CROSS JOIN (SELECT kind, about, (SELECT json_group_array(iif(coalesce(octet_length(before), 0) + coalesce(octet_length(after), 0) > 12000, json_object('path', key, 'before', NULL, 'after', NULL, 'cut', json('true')), json_object('path', key, 'before', json(before), 'after', json(after))))
    FROM (SELECT key, nullif(t.before -> fullkey, 'null') AS before, nullif(t.after -> fullkey, 'null') AS after
      FROM (SELECT key, fullkey
        FROM json_each(t.before)
        UNION
        SELECT key, fullkey
        FROM json_each(t.after)))
    WHERE before IS NOT after) AS changes
  FROM (SELECT 'operator_token.revoked' AS kind, t.id AS about, json_object('label', t.label, 'scopes', json(t.scopes), 'tenant', t.tenant_id, 'expires_at', t.expires_at) AS before, '{}' AS after
    FROM operator_tokens t
    WHERE t.tenant_id = ?4
      AND t.revoked_at IS NULL
      AND EXISTS (SELECT 1 FROM jobs WHERE id = ?5 AND state = 'finished')) t) h
WHERE h.changes <> '[]'
-- ?1 = 0
-- ?2 = "2026-01-01T00:00:00.016Z"
-- ?3 = NULL
-- ?4 = 2
-- ?5 = "job_019a0000000070008000000000000011"
-- plan: CO-ROUTINE (subquery-11)
-- plan:   CO-ROUTINE o
-- plan:     SCAN CONSTANT ROW
-- plan:     SCALAR SUBQUERY 7
-- plan:       SEARCH jobs USING PRIMARY KEY (id=?)
-- plan:   SCAN o
-- plan:   SCALAR SUBQUERY 7
-- plan:     SEARCH jobs USING PRIMARY KEY (id=?)
-- plan:   SCAN t
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
-- plan: SCAN (subquery-11)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)

UPDATE tenants
SET external_id = NULL, metadata = '{}', settings = '{}', name = ''
WHERE id = ?1
  AND EXISTS (SELECT 1 FROM jobs WHERE id = ?2 AND state = 'finished')
-- ?1 = 2
-- ?2 = "job_019a0000000070008000000000000011"
-- plan: SEARCH tenants USING INTEGER PRIMARY KEY (rowid=?)
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)

UPDATE operator_tokens
SET revoked_at = ?1
WHERE tenant_id = ?2
  AND revoked_at IS NULL
  AND EXISTS (SELECT 1 FROM jobs WHERE id = ?3 AND state = 'finished')
-- ?1 = "2026-01-01T00:00:00.016Z"
-- ?2 = 2
-- ?3 = "job_019a0000000070008000000000000011"
-- plan: SCAN operator_tokens
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH jobs USING PRIMARY KEY (id=?)

SELECT id, kind, tenant_id
FROM jobs
WHERE finished_at IS NULL
  AND lease_until <= ?1
ORDER BY lease_until
LIMIT 1
-- ?1 = "2026-01-01T00:00:00.016Z"
-- plan: SEARCH jobs USING INDEX jobs_open (lease_until<?)

SELECT json_object('webhook', b.webhook_id, 'tenant', b.tenant_id, 'attempts', b.attempts, 'next_attempt_at', b.next_attempt_at, 'last_status', b.last_status)
FROM webhook_tenants b
CROSS JOIN webhooks w ON w.id = b.webhook_id
  AND w.state = 'active'
WHERE b.told = 1
ORDER BY b.failed_at
LIMIT 50
-- plan: SCAN b
-- plan: BLOOM FILTER ON w (id=?)
-- plan: SEARCH w USING PRIMARY KEY (id=?)
-- plan: USE TEMP B-TREE FOR ORDER BY

SELECT c.webhook_id, c.shard, w.tenant_id, iif(p.value, c.resume, c.position), iif(p.value, NULL, c.until), w.types, iif(p.value
    OR c.resume IS NULL, NULL, (SELECT json_group_array(b.tenant_id)
    FROM webhook_tenants b
    WHERE b.webhook_id = c.webhook_id
      AND b.shard = c.shard))
FROM (SELECT * FROM webhooks WHERE id > ?1 AND state = 'active' ORDER BY id LIMIT 50) w
CROSS JOIN webhook_cursors c ON c.webhook_id = w.id
CROSS JOIN json_each('[0,1]') p ON p.value = 0
  OR c.resume IS NOT NULL
UNION ALL
SELECT b.webhook_id, b.shard, b.tenant_id, iif(p.value, b.resume, b.position), coalesce(iif(p.value, NULL, b.until), c.resume, c.position), w.types, NULL
FROM (SELECT * FROM webhooks WHERE id > ?1 AND state = 'active' ORDER BY id LIMIT 50) w
CROSS JOIN webhook_tenants b ON b.webhook_id = w.id
CROSS JOIN webhook_cursors c ON c.webhook_id = b.webhook_id
  AND c.shard = b.shard
CROSS JOIN json_each('[0,1]') p ON p.value = 0
  OR b.resume IS NOT NULL
LIMIT 200
-- ?1 = ""
-- plan: COMPOUND QUERY
-- plan:   LEFT-MOST SUBQUERY
-- plan:     CO-ROUTINE w
-- plan:       SEARCH webhooks USING PRIMARY KEY (id>?)
-- plan:     SCAN w
-- plan:     SEARCH c USING PRIMARY KEY (webhook_id=?)
-- plan:     SCAN p VIRTUAL TABLE INDEX 1:
-- plan:     CORRELATED SCALAR SUBQUERY 1
-- plan:       SEARCH b USING PRIMARY KEY (webhook_id=? AND shard=?)
-- plan:   UNION ALL
-- plan:     CO-ROUTINE w
-- plan:       SEARCH webhooks USING PRIMARY KEY (id>?)
-- plan:     SCAN w
-- plan:     SEARCH b USING PRIMARY KEY (webhook_id=?)
-- plan:     SEARCH c USING PRIMARY KEY (webhook_id=? AND shard=?)
-- plan:     SCAN p VIRTUAL TABLE INDEX 1:

SELECT json_object('shard', 1, 'schema', (SELECT max(CAST(name AS INTEGER))
    FROM d1_migrations
    WHERE CAST(name AS INTEGER) < 9000), 'tenants', (SELECT count(*) FROM tenants WHERE shard = 1 AND state <> 'deleted'), 'users', (SELECT coalesce(sum(total), 0) FROM totals WHERE resource_type = 'User'), 'unsealed', (SELECT count(*)
    FROM (SELECT 1
      FROM events
      WHERE position > coalesce((SELECT max(position)
          FROM sealing HAVING count(*) = 1
            AND min(iif(typeof(position) = 'integer'
                AND position BETWEEN 0
                AND 9000000000000000, position, -1)) BETWEEN 0
            AND coalesce((SELECT max(position) FROM events WHERE position <= 9000000000000000), 0)
            AND min(iif(typeof(trimmed) = 'integer'
                AND trimmed BETWEEN 0
                AND 9000000000000000, trimmed, -1)) >= 0), 0)
      LIMIT 10000)), 'braked', (SELECT count(*) FROM brakes WHERE engaged_at IS NOT NULL)) AS shard, (SELECT count(*) FROM jobs WHERE finished_at IS NULL) AS jobs
-- plan: SCAN CONSTANT ROW
-- plan: SCALAR SUBQUERY 1
-- plan:   SEARCH d1_migrations
-- plan: SCALAR SUBQUERY 2
-- plan:   SCAN tenants
-- plan: SCALAR SUBQUERY 3
-- plan:   SCAN totals
-- plan: SCALAR SUBQUERY 7
-- plan:   CO-ROUTINE (subquery-6)
-- plan:     SEARCH events USING INTEGER PRIMARY KEY (rowid>?)
-- plan:     SCALAR SUBQUERY 5
-- plan:       SCAN sealing
-- plan:       SCALAR SUBQUERY 4
-- plan:         SEARCH events USING INTEGER PRIMARY KEY (rowid<?)
-- plan:   SCAN (subquery-6)
-- plan: SCALAR SUBQUERY 8
-- plan:   SCAN brakes
-- plan: SCALAR SUBQUERY 9
-- plan:   SCAN jobs USING INDEX jobs_open
