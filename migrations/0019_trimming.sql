-- Events go by their age, and what is about to end is told.
--
-- sealing.trimmed: the greatest position of an event that was taken out, so that who reads on from
-- before it hears that something is missing. seals.start: of the first that is kept, a code by
-- which it is known that what stood before it was trimmed, by this deployment. told: of a token or
-- secret that ends, 1 when it was told that it will, 2 that it has; what has ended before there
-- were events is told of no more.
ALTER TABLE sealing ADD COLUMN trimmed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE seals ADD COLUMN start TEXT;
ALTER TABLE tokens ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
ALTER TABLE client_secrets ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
UPDATE tokens SET told = 2 WHERE expires_at <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
UPDATE client_secrets SET told = 2 WHERE expires_at <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
CREATE INDEX tokens_ending ON tokens (told, expires_at)
  WHERE told < 2 AND client_id IS NULL AND expires_at IS NOT NULL AND revoked_at IS NULL;
CREATE INDEX client_secrets_ending ON client_secrets (told, expires_at) WHERE told < 2 AND expires_at IS NOT NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('tokens', 'tokens_ending', '1000 500 1'),
  ('client_secrets', 'client_secrets_ending', '1000 500 1');
ANALYZE sqlite_schema;
