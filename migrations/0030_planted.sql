-- An event that somebody put at the end of all positions pushed those behind it where no reader looks.
--
-- SQLite numbers a row behind the greatest, and by chance where that is the last there can be. So an
-- event that comes behind one put there takes the place behind those that were written: nothing is
-- read for it as long as there is none (see store/ledger/planted.rs).
--
-- The trigger of the brake is made again, as it is in 0026, so that it comes first: it looks for the
-- event where it was put.
DROP TRIGGER events_insert_removal;
CREATE TRIGGER events_insert_planted AFTER INSERT ON events
WHEN new.position > 9000000000000000 AND EXISTS (SELECT 1 FROM events WHERE position > 9000000000000000 AND position <> new.position) BEGIN
  UPDATE events SET position = 1 + (SELECT coalesce(max(position), 0) FROM events WHERE position <= 9000000000000000)
    WHERE position = new.position;
END;
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
