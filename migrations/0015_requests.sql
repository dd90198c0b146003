-- The log of requests: a row of each request of the SCIM face that was authenticated, written behind the reply. Nothing
-- here is asked for by a request of that face.
--
-- id: that of the reply's X-Request-Id, which begins with the time, so that the key is the order. credential: JSON, what it
-- was called then. habits, resources: JSON arrays. The bodies: JSON, values of known attributes alone. bytes: what a row
-- takes, so that the log of a tenant can be kept small.
CREATE TABLE requests (
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  at TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  query TEXT NOT NULL,
  status INTEGER NOT NULL,
  scim_type TEXT,
  detail TEXT,
  operation INTEGER,
  attribute TEXT,
  milliseconds INTEGER NOT NULL,
  trips INTEGER NOT NULL,
  rows_read INTEGER NOT NULL,
  rows_written INTEGER NOT NULL,
  credential TEXT,
  user_agent TEXT,
  provider TEXT,
  bytes INTEGER AS (
    500 + length(CAST(path || query || habits || resources || coalesce(detail, '') || coalesce(request_body, '')
      || coalesce(reply_body, '') AS BLOB))
  ) STORED,
  habits TEXT NOT NULL,
  resources TEXT NOT NULL,
  request_body TEXT,
  reply_body TEXT,
  PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('requests', 'requests', '1000000 1000 1');
ANALYZE sqlite_schema;
