-- POST /tenants/1/undo
-- {"dry_run":true,"request":"req_019b76daa80600000000000000000001"}

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

WITH RECURSIVE half(side, moment, low, high) AS (SELECT j.key, j.value, (SELECT min(seq) FROM events WHERE tenant_id = ?1), (SELECT max(seq) + 1
    FROM events
    WHERE tenant_id = ?1
      AND seq <= 9000000000000000)
  FROM json_each(json_array(?2, iif(EXISTS (SELECT 1
          FROM jobs
          WHERE tenant_id = ?1
            AND created_at >= ?2
            AND created_at < ?3), '~', ?3))) j
  UNION ALL
  SELECT side, moment, iif(e.at < moment, e.seq + 1, low), iif(e.at < moment, high, e.seq)
  FROM half
  CROSS JOIN events e ON e.tenant_id = ?1
    AND e.seq = (low + high) / 2
  WHERE low < high)
SELECT min(seq) AS first, max(seq) AS last, count(*) AS events
FROM events
WHERE tenant_id = ?1
  AND seq >= (SELECT max(iif(side, 0, low)) FROM half WHERE low = high)
  AND seq < (SELECT max(iif(side, low, 0)) FROM half WHERE low = high)
  AND resource_id IS NOT NULL
  AND (request = ?4 OR substr(request, 1, 37) = ?5)
-- ?1 = 1
-- ?2 = "2025-12-31T23:58:00.006Z"
-- ?3 = "2026-01-01T00:10:00.006Z"
-- ?4 = "req_019b76daa80600000000000000000001"
-- ?5 = "req_019b76daa80600000000000000000001:"
-- plan: SEARCH events USING INDEX events_seq (tenant_id=? AND seq>? AND seq<?)
-- plan: SCALAR SUBQUERY 6
-- plan:   MATERIALIZE half
-- plan:     SETUP
-- plan:       SCAN j VIRTUAL TABLE INDEX 1:
-- plan:       SCALAR SUBQUERY 3
-- plan:         SEARCH jobs USING INDEX jobs_tenant (tenant_id=?)
-- plan:       SCALAR SUBQUERY 1
-- plan:         SEARCH events USING COVERING INDEX events_seq (tenant_id=?)
-- plan:       SCALAR SUBQUERY 2
-- plan:         SEARCH events USING COVERING INDEX events_seq (tenant_id=? AND seq<?)
-- plan:     RECURSIVE STEP
-- plan:       SCAN half
-- plan:       SEARCH e USING INDEX events_seq (tenant_id=? AND seq=?)
-- plan:   SEARCH half
-- plan: SCALAR SUBQUERY 7
-- plan:   SEARCH half

SELECT seq, type, resource_type, resource_id, body, found, (SELECT (SELECT json_object('before', json(d.document), 'groups', json_group_array(team) FILTER (WHERE member = d.id), 'kept', json_group_array(member) FILTER (WHERE team = d.id), 'is_more', count(*) > 15000)
    FROM (SELECT k.value ->> 0 AS team, k.value ->> 1 AS member
      FROM deleted_links l
      CROSS JOIN json_each(l.links) k
      WHERE l.tenant_id = d.tenant_id
        AND l.resource_id = d.id
        AND l.part >= 0
      LIMIT 15000 + 1))
  FROM deleted_resources d
  WHERE d.tenant_id = ?1
    AND d.id = resource_id
    AND d.deleted_at = at
    AND d.purge_at > ?2
    AND substr(type, -8) = '.deleted') AS kept
FROM (SELECT *, count(*) OVER () AS found, sum(bytes) OVER (ROWS UNBOUNDED PRECEDING) - bytes AS before
  FROM (SELECT seq, at, type, resource_type, resource_id, body, coalesce(octet_length(body), 0) + coalesce((SELECT octet_length(d.document) + coalesce((SELECT sum(octet_length(l.links))
            FROM deleted_links l
            WHERE l.tenant_id = d.tenant_id
              AND l.resource_id = d.id), 0)
        FROM deleted_resources d
        WHERE d.tenant_id = ?1
          AND d.id = resource_id
          AND d.deleted_at = at
          AND d.purge_at > ?2
          AND substr(type, -8) = '.deleted'), 0) AS bytes
    FROM events
    WHERE tenant_id = ?1
      AND seq >= ?3
      AND seq < ?4
      AND resource_id IS NOT NULL
      AND type <> 'resource.erased'
      AND (request = ?5 OR substr(request, 1, 37) = ?6)
    ORDER BY seq DESC
    LIMIT 501))
WHERE before < 1000000
-- ?1 = 1
-- ?2 = "2026-01-01T00:00:00.009Z"
-- ?3 = 9
-- ?4 = 10
-- ?5 = "req_019b76daa80600000000000000000001"
-- ?6 = "req_019b76daa80600000000000000000001:"
-- plan: CO-ROUTINE (subquery-7)
-- plan:   CO-ROUTINE (subquery-9)
-- plan:     CO-ROUTINE (subquery-10)
-- plan:       SEARCH events USING INDEX events_seq (tenant_id=? AND seq>? AND seq<?)
-- plan:       CORRELATED SCALAR SUBQUERY 5
-- plan:         SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan:         CORRELATED SCALAR SUBQUERY 4
-- plan:           SEARCH l USING PRIMARY KEY (tenant_id=? AND resource_id=?)
-- plan:       CORRELATED SCALAR SUBQUERY 5
-- plan:         SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan:         CORRELATED SCALAR SUBQUERY 4
-- plan:           SEARCH l USING PRIMARY KEY (tenant_id=? AND resource_id=?)
-- plan:     SCAN (subquery-10)
-- plan:   SCAN (subquery-9)
-- plan: SCAN (subquery-7)
-- plan: CORRELATED SCALAR SUBQUERY 3
-- plan:   SEARCH d USING PRIMARY KEY (tenant_id=? AND id=?)
-- plan:   CORRELATED SCALAR SUBQUERY 2
-- plan:     CO-ROUTINE (subquery-1)
-- plan:       SEARCH l USING PRIMARY KEY (tenant_id=? AND resource_id=? AND part>?)
-- plan:       SCAN k VIRTUAL TABLE INDEX 1:
-- plan:     SCAN (subquery-1)

SELECT id, iif(bytes <= 1000000, document, NULL) AS document, version
FROM (SELECT r.id AS id, r.document AS document, r.version AS version, sum(octet_length(r.document)) OVER (ORDER BY j.key) AS bytes
  FROM json_each(?1) j
  CROSS JOIN users r
  WHERE r.tenant_id = ?2
    AND r.id = j.value)
-- ?1 = "[\"019a0000-0000-7000-8000-000000000003\"]"
-- ?2 = 1
-- plan: CO-ROUTINE (subquery-1)
-- plan:   CO-ROUTINE (subquery-3)
-- plan:     SCAN j VIRTUAL TABLE INDEX 1:
-- plan:     SEARCH r USING INDEX users_id (tenant_id=? AND id=?)
-- plan:     USE TEMP B-TREE FOR ORDER BY
-- plan:   SCAN (subquery-3)
-- plan: SCAN (subquery-1)
