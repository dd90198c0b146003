-- Tenants may live in other databases than the first, each whole in one: its shard. The first one lists all of them: of one
-- that lives elsewhere its row here has the number, the name and the application's id, and tells where the row is that is
-- the truth. The release before this one makes tenants in the first, as by default.
ALTER TABLE tenants ADD COLUMN shard INTEGER NOT NULL DEFAULT 1;
