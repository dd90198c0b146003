-- The record of every change. An event is written in the batch of what it tells of, so that none is without the other.
--
-- position orders a database, seq a tenant, without a hole; tenant 0 is the house. An event goes by its age alone, and never
-- the newest, so that no number is given twice.
-- actor_kind: token, client, operator or system. request: the id of the request, with the number of the operation behind a
-- colon where it was one of a Bulk.
-- body: JSON, all that names and values stand in, so that a person can be taken out of it: version, label (of the actor),
-- externalId, name, and what happened: `changes` ({path, before, after}), or the whole document `after` or `before` it, with
-- the names of what is cut of it in `cut`, `groups` that were left, `members` that were `added` and `removed`, `about` (what
-- an event of the house is of). salt is hashed with it.
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at TEXT NOT NULL,
  type TEXT NOT NULL,
  resource_type TEXT,
  resource_id TEXT,
  actor_kind TEXT NOT NULL,
  actor_id TEXT,
  request TEXT,
  salt TEXT DEFAULT (lower(hex(randomblob(16)))),
  body TEXT
);
CREATE UNIQUE INDEX events_seq ON events (tenant_id, seq);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('events', 'events_seq', '1000000 10000 1');
ANALYZE sqlite_schema;
