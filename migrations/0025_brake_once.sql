-- What was read more often than it need be.
--
-- seals_prev: without its statistics SQLite took it for the shorter way to the newest seal of a
-- tenant, and read all of them: for each event that is shown, and each minute that seals.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('seals', 'seals_prev', '100000 100 1');
ANALYZE sqlite_schema;

-- The brake counted the removals once for the count and once for the percentage: with LIMIT the
-- subquery is not taken apart. Otherwise it is as in 0023.
DROP TRIGGER events_insert_removal;
CREATE TRIGGER events_insert_removal AFTER INSERT ON events
WHEN new.type IN ('user.deactivated', 'user.deleted') AND new.actor_kind IN ('token', 'client')
  AND EXISTS (SELECT 1 FROM brakes WHERE tenant_id = new.tenant_id) BEGIN
  SELECT RAISE(ABORT, 'brake is on') FROM (
    SELECT b.engaged_at, b.count, b.percent,
      (SELECT count(*) FROM events e INDEXED BY events_removals
        WHERE e.tenant_id = new.tenant_id AND e.users IS NOT NULL AND e.at > b.since) AS removals,
      coalesce(
        (SELECT e.users FROM events e INDEXED BY events_removals
          WHERE e.tenant_id = new.tenant_id AND e.users IS NOT NULL AND e.at > b.since ORDER BY e.at LIMIT 1),
        (SELECT total FROM totals WHERE tenant_id = new.tenant_id AND resource_type = 'User')
      ) AS users
    FROM (
      SELECT *, max(released_at, strftime('%Y-%m-%dT%H:%M:%fZ', new.at, '-' || minutes || ' minutes')) AS since
      FROM brakes WHERE tenant_id = new.tenant_id
    ) b LIMIT 1
  ) WHERE engaged_at IS NOT NULL OR removals >= count OR removals >= max(4, users * percent / 100);
  UPDATE events SET users = (SELECT coalesce(sum(total), 0) FROM totals WHERE tenant_id = new.tenant_id AND resource_type = 'User')
    WHERE position = new.position;
END;
