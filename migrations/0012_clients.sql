-- OAuth 2.0 client credentials (RFC 6749 §4.4): what asks for tokens at /oauth/token in place of
-- keeping one.
--
-- The release before this one goes on: it names none of these tables, and what it writes to tokens
-- is no client's.

-- kind: `secret` has rows in client_secrets; `federated` shows an assertion (RFC 7523 §2.2) of its
-- issuer, signed with a key of the set at jwks_uri. last_secret: the number of the secret that was
-- made last, so that none has the number of another. last_used_at: to the day.
CREATE TABLE clients (
  id TEXT PRIMARY KEY,
  tenant_id INTEGER NOT NULL,
  label TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('secret', 'federated')),
  issuer TEXT,
  subject TEXT,
  audience TEXT,
  jwks_uri TEXT,
  last_secret INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL,
  revoked_at TEXT,
  last_used_at TEXT
) WITHOUT ROWID;

CREATE UNIQUE INDEX clients_tenant ON clients (tenant_id, id);

CREATE TABLE client_secrets (
  tenant_id INTEGER NOT NULL,
  client_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  -- SHA-256 of the secret, lower-case hex; the secret itself is stored nowhere.
  hash TEXT NOT NULL,
  last4 TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT,
  last_used_at TEXT,
  PRIMARY KEY (tenant_id, client_id, n)
) WITHOUT ROWID;

-- Assertions that were taken, each by the SHA-256 of its `jti`, until they expire: none is taken twice.
CREATE TABLE assertions_seen (
  tenant_id INTEGER NOT NULL,
  client_id TEXT NOT NULL,
  jti TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, client_id, jti)
) WITHOUT ROWID;

CREATE INDEX assertions_seen_expiry ON assertions_seen (expires_at);

-- Key sets (RFC 7517 §5), nobody's in particular: keys is a JSON object, `kid` to key. fetched_at is
-- when they came, asked_at when they were last asked for, whatever came of it.
CREATE TABLE key_sets (
  address TEXT PRIMARY KEY,
  keys TEXT NOT NULL DEFAULT '{}',
  fetched_at TEXT NOT NULL DEFAULT '',
  asked_at TEXT NOT NULL
) WITHOUT ROWID;

-- The client that asked for a token; none where an operator made it.
ALTER TABLE tokens ADD COLUMN client_id TEXT;
CREATE INDEX tokens_client ON tokens (tenant_id, client_id) WHERE client_id IS NOT NULL;
-- A client's tokens are removed when they have expired.
CREATE INDEX tokens_expiry ON tokens (expires_at) WHERE client_id IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('clients', 'clients', '10000 1'),
  ('clients', 'clients_tenant', '10000 2 1'),
  ('client_secrets', 'client_secrets', '20000 4 2 1'),
  ('assertions_seen', 'assertions_seen', '100000 100 50 1'),
  ('assertions_seen', 'assertions_seen_expiry', '100000 1'),
  ('key_sets', 'key_sets', '10000 1'),
  ('tokens', 'tokens_client', '10000 10 5'),
  ('tokens', 'tokens_expiry', '10000 1');
ANALYZE sqlite_schema;
