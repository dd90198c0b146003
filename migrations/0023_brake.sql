-- The brake: where a tenant has one (the setting of that name), a removal of a user by a provider
-- beyond its limit fails the batch that would make it. It is counted and decided where its event is
-- written, so that no way of removing is forgotten and a tenant without a brake pays nothing.
--
-- brakes: a row of each tenant whose setting has a count or a percentage. engaged_at: since when it
-- refuses; released_at: from when on removals are counted anew. events.users: of a removal that
-- counts, how many users there were before it.
CREATE TABLE brakes (
  tenant_id INTEGER PRIMARY KEY,
  count INTEGER,
  percent INTEGER,
  minutes INTEGER NOT NULL,
  engaged_at TEXT,
  released_at TEXT NOT NULL DEFAULT ''
);
ALTER TABLE events ADD COLUMN users INTEGER;
CREATE INDEX events_removals ON events (tenant_id, at, users) WHERE users IS NOT NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('events', 'events_removals', '1000000 10000 1 1');
ANALYZE sqlite_schema;

CREATE TRIGGER tenants_insert_brake AFTER INSERT ON tenants
WHEN coalesce(new.settings ->> '$.brake.count', new.settings ->> '$.brake.percent') IS NOT NULL BEGIN
  INSERT INTO brakes (tenant_id, count, percent, minutes)
    VALUES (new.id, new.settings ->> '$.brake.count', new.settings ->> '$.brake.percent', coalesce(new.settings ->> '$.brake.minutes', 10));
END;
CREATE TRIGGER tenants_update_brake AFTER UPDATE OF settings ON tenants
WHEN old.settings -> '$.brake' IS NOT new.settings -> '$.brake' BEGIN
  INSERT INTO brakes (tenant_id, count, percent, minutes)
    VALUES (new.id, new.settings ->> '$.brake.count', new.settings ->> '$.brake.percent', coalesce(new.settings ->> '$.brake.minutes', 10))
    ON CONFLICT DO UPDATE SET count = excluded.count, percent = excluded.percent, minutes = excluded.minutes;
  DELETE FROM brakes WHERE tenant_id = new.id AND coalesce(count, percent) IS NULL;
END;
INSERT INTO brakes (tenant_id, count, percent, minutes)
  SELECT id, settings ->> '$.brake.count', settings ->> '$.brake.percent', coalesce(settings ->> '$.brake.minutes', 10) FROM tenants
  WHERE coalesce(settings ->> '$.brake.count', settings ->> '$.brake.percent') IS NOT NULL;

-- A percentage is of the users at the first removal that still counts, and of four removals at the
-- least.
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
    ) b
  ) WHERE engaged_at IS NOT NULL OR removals >= count OR removals >= max(4, users * percent / 100);
  UPDATE events SET users = (SELECT coalesce(sum(total), 0) FROM totals WHERE tenant_id = new.tenant_id AND resource_type = 'User')
    WHERE position = new.position;
END;
