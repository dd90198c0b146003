-- Endpoints of webhooks, and how far each came in the events of each database. All of it stands in
-- the first database: an event is delivered where a cursor is behind it, so nothing is noted of an
-- event when it is written.
--
-- tenant_id: the only tenant; none for all, and the events of the house. types: a JSON array, empty
-- for all. origin: the address of this server, to which nothing is posted.
-- The secret is made of the master key with the fingerprint `key` and the number `version`; until
-- `old_until` what it was made of before is good, too, and until `key_until` that of a master key
-- which is no longer the newest.
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  origin TEXT NOT NULL,
  tenant_id INTEGER,
  types TEXT NOT NULL,
  include TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
  version INTEGER NOT NULL DEFAULT 1,
  key TEXT NOT NULL,
  key_until TEXT,
  old_version INTEGER,
  old_key TEXT,
  old_until TEXT,
  created_at TEXT NOT NULL,
  last_status INTEGER
) WITHOUT ROWID;

-- position: all events up to it were delivered, but for those of the tenants in webhook_tenants.
-- While older events are replayed, it is among these: where they end (until), it goes on from where
-- it was (resume). Whoever has the lease delivers.
CREATE TABLE webhook_cursors (
  webhook_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  position INTEGER NOT NULL,
  until INTEGER,
  resume INTEGER,
  lease TEXT NOT NULL DEFAULT '',
  lease_until TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (webhook_id, shard)
) WITHOUT ROWID;

-- Tenants that are behind, since a delivery failed: each with a cursor of its own, and when the
-- event behind it is tried again. seq: the number of its event at the position, where it is known.
-- told: whether webhook.failing was written.
CREATE TABLE webhook_tenants (
  webhook_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  tenant_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  seq INTEGER,
  until INTEGER,
  resume INTEGER,
  attempts INTEGER NOT NULL,
  failed_at TEXT,
  told INTEGER NOT NULL DEFAULT 0,
  next_attempt_at TEXT NOT NULL,
  last_status INTEGER,
  PRIMARY KEY (webhook_id, shard, tenant_id)
) WITHOUT ROWID;

-- Events that were set aside: they are passed.
CREATE TABLE webhook_parked (
  webhook_id TEXT NOT NULL,
  shard INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (webhook_id, shard, position)
) WITHOUT ROWID;

-- The last attempts of each endpoint. reply: the first bytes of it.
CREATE TABLE webhook_deliveries (
  webhook_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  tenant_id INTEGER,
  event TEXT NOT NULL,
  at TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  status INTEGER,
  milliseconds INTEGER NOT NULL,
  reply TEXT,
  outcome TEXT NOT NULL,
  PRIMARY KEY (webhook_id, n)
) WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('webhooks', 'webhooks', '20 1'),
  ('webhook_cursors', 'webhook_cursors', '40 2 1'),
  ('webhook_tenants', 'webhook_tenants', '100 10 5 1'),
  ('webhook_parked', 'webhook_parked', '100 10 5 1'),
  ('webhook_deliveries', 'webhook_deliveries', '4000 200 1');
ANALYZE sqlite_schema;
