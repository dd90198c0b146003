-- The directory that the admin face keeps: of tenants what ties them to the application's
-- customers, of credentials what an operator sees of them, the operators' own tokens, and jobs.
--
-- The release before this one goes on: it names none of these columns, and what it writes gets
-- their defaults.

-- external_id: the application's own id of the organisation. settings: what the operator set,
-- merged as it was sent, without defaults; a change counts settings_version up, so that instances
-- which remember settings know theirs for old. Whoever was there before this release keeps the
-- bodies of requests out of its log until an operator says otherwise. last_request_at: to the day,
-- as tokens.last_used_at.
ALTER TABLE tenants ADD COLUMN external_id TEXT;
ALTER TABLE tenants ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE tenants ADD COLUMN state TEXT NOT NULL DEFAULT 'active'
  CHECK (state IN ('creating', 'active', 'suspended', 'deleted'));
ALTER TABLE tenants ADD COLUMN settings TEXT NOT NULL DEFAULT '{"request_log":{"bodies":false}}';
ALTER TABLE tenants ADD COLUMN settings_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenants ADD COLUMN last_request_at TEXT NOT NULL DEFAULT '';
-- The tenant that 0001_tables.sql makes is no older than this where nobody has used it.
UPDATE tenants SET settings = '{}'
  WHERE id NOT IN (SELECT tenant_id FROM totals) AND id NOT IN (SELECT tenant_id FROM tokens);

CREATE UNIQUE INDEX tenants_external_id ON tenants (external_id) WHERE external_id IS NOT NULL;
-- Every request asks whether its tenant is open, and nearly always it is. It is asked of an index
-- of those that are not, which finds nothing and so reads no row.
CREATE INDEX tenants_closed ON tenants (id, state) WHERE state <> 'active';

-- id: what the admin face calls the token, in the order in which they were made. scopes: a JSON
-- array of `read` and `write`. last4: the last characters of the token, to tell one by; of those
-- made before this nobody knows them.
ALTER TABLE tokens ADD COLUMN id TEXT;
ALTER TABLE tokens ADD COLUMN scopes TEXT NOT NULL DEFAULT '["write"]';
ALTER TABLE tokens ADD COLUMN last4 TEXT;
UPDATE tokens SET id = printf('tok_%012x', (julianday(created_at) - 2440587.5) * 86400000) || lower(hex(randomblob(10)));
CREATE UNIQUE INDEX tokens_id ON tokens (tenant_id, id);
-- A token that the release before this one makes, or an operator's own SQL, gets an id, too.
CREATE TRIGGER tokens_insert AFTER INSERT ON tokens WHEN new.id IS NULL BEGIN
  UPDATE tokens SET id = printf('tok_%012x', (julianday(created_at) - 2440587.5) * 86400000) || lower(hex(randomblob(10)))
    WHERE hash = new.hash;
END;

CREATE TABLE operator_tokens (
  id TEXT PRIMARY KEY,
  -- SHA-256 of the token, lower-case hex; the token itself is stored nowhere.
  hash TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL,
  -- A JSON array.
  scopes TEXT NOT NULL,
  -- The only tenant that it reaches, where it is bound to one.
  tenant_id INTEGER,
  created_at TEXT NOT NULL,
  expires_at TEXT,
  revoked_at TEXT,
  -- To the day.
  last_used_at TEXT,
  last4 TEXT NOT NULL
) WITHOUT ROWID;

-- What takes longer than a request. A step takes the lease, and commits how far it came (marker,
-- done) with its work, so that whoever comes when the lease is over goes on from there.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  tenant_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  -- The scope of the request that made it, which whoever asks for it needs, too.
  scope TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'finished', 'failed')),
  marker TEXT,
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  -- JSON.
  result TEXT,
  lease_until TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  finished_at TEXT
) WITHOUT ROWID;

CREATE INDEX jobs_open ON jobs (lease_until) WHERE finished_at IS NULL;
CREATE INDEX jobs_tenant ON jobs (tenant_id, id);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('tenants', 'tenants_external_id', '10000 1'),
  ('tenants', 'tenants_closed', '100 1 1'),
  ('tokens', 'tokens', '100000 1'),
  ('tokens', 'tokens_tenant', '100000 10 1'),
  ('tokens', 'tokens_id', '100000 10 1'),
  ('operator_tokens', 'operator_tokens', '1000 1'),
  ('jobs', 'jobs', '10000 1'),
  ('jobs', 'jobs_open', '100 1'),
  ('jobs', 'jobs_tenant', '10000 10 1');
ANALYZE sqlite_schema;
