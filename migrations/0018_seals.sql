-- Seals of the record: each covers the events of a tenant behind the seal before it, so that one who edits, deletes or
-- reorders events shows. head: SHA-256 over the head before and the events; mac: of the head, by a key that is not here;
-- key: the fingerprint of the master key that it is made of.
-- sealing: up to which position of this database events were looked at. digest: of an event whose body was emptied, what
-- its seal has of the body.
CREATE TABLE seals (
  tenant_id INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  prev_seq INTEGER NOT NULL,
  head TEXT NOT NULL,
  at TEXT NOT NULL,
  mac TEXT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (tenant_id, last_seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX seals_prev ON seals (tenant_id, prev_seq);
CREATE TABLE sealing (position INTEGER NOT NULL);
INSERT INTO sealing (position) VALUES (0);
ALTER TABLE events ADD COLUMN digest TEXT;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('seals', 'seals', '100000 100 1');
ANALYZE sqlite_schema;
