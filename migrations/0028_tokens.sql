-- tokens_listed: the tokens that are listed and counted. A client gets up to sixty tokens a minute,
-- which are neither; each look at a tenant read them all. Its columns are all that the count asks
-- for, so it reads no token.
CREATE INDEX tokens_listed ON tokens (tenant_id, id, revoked_at, expires_at, client_id) WHERE client_id IS NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('tokens', 'tokens_listed', '1000 5 1 1 1 1');

-- tokens_tenant: no statement of this release or the one before goes by it, and it was a row more
-- for each token that is issued.
DROP INDEX tokens_tenant;
DELETE FROM sqlite_stat1 WHERE idx = 'tokens_tenant';
ANALYZE sqlite_schema;

-- key_sets.failed_at: when a set was asked for last and did not come, so that whoever asks behind
-- that is told at once, and does not wait for one that is not on its way.
ALTER TABLE key_sets ADD COLUMN failed_at TEXT;
