-- Of removals at the same moment the first that counts was found by the clock of its request, which is not the order in which
-- they are written: the percentage was then of the users there were at a later one, and so of too few. It is the first by its
-- position. One subquery counts the removals and finds the users at the first of them: of an aggregate with min(), SQLite takes
-- the other columns from the row that has the least. Otherwise the trigger is as in 0026, and the release before goes on.
DROP TRIGGER events_insert_removal;
CREATE TRIGGER events_insert_removal AFTER INSERT ON events
WHEN new.type IN ('user.deactivated', 'user.deleted') AND new.actor_kind IN ('token', 'client')
  AND EXISTS (SELECT 1 FROM brakes INDEXED BY brakes_tenant WHERE tenant_id = new.tenant_id) BEGIN
  SELECT RAISE(ABORT, 'brake is on') FROM (
    SELECT engaged_at, count, percent, counted ->> 0 AS removals,
      coalesce(counted ->> 1, (SELECT total FROM totals WHERE tenant_id = new.tenant_id AND resource_type = 'User')) AS users
    FROM (
      SELECT b.engaged_at, b.count, b.percent,
        (SELECT json_array(count(*), e.users, min(e.position)) FROM events e INDEXED BY events_removals
          WHERE e.tenant_id = new.tenant_id AND e.users IS NOT NULL AND e.at > b.since) AS counted
      FROM (
        SELECT *, max(released_at, strftime('%Y-%m-%dT%H:%M:%fZ', new.at, '-' || minutes || ' minutes')) AS since
        FROM brakes WHERE tenant_id = new.tenant_id
      ) b LIMIT 1
    )
  ) WHERE engaged_at IS NOT NULL OR removals >= count OR removals >= max(4, users * percent / 100);
  UPDATE events SET users = (SELECT coalesce(sum(total), 0) FROM totals WHERE tenant_id = new.tenant_id AND resource_type = 'User')
    WHERE position = new.position;
END;
