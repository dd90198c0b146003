-- What was read more often than it need be, and from when on a brake counts its percentage.
--
-- brakes_tenant: a row that is looked for by its rowid counts as read where there is none, too; in
-- an index it does not. So a removal of a tenant without a brake reads nothing for it.
CREATE UNIQUE INDEX brakes_tenant ON brakes (tenant_id);
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('brakes', 'brakes_tenant', '100 1');
ANALYZE sqlite_schema;

-- seals.resources: the ends of the ids of the resources that its events are of, so that an erasure
-- looks at the blocks that tell of one; NULL where it was set before. An index on the events would
-- be a third row written for each of them.
ALTER TABLE seals ADD COLUMN resources TEXT;

-- The first of the removals that count is the first by its position: by the clock of its request,
-- of removals at the same moment a later one was taken, and so a percentage of too few users. One
-- subquery counts the removals and finds the users at the first of them: of an aggregate with
-- min(), SQLite takes the other columns from the row that has the least. Otherwise the trigger is
-- as in 0025, and the release before goes on.
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
