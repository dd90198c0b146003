-- Imports: the lines of one that are still to be done, and what others of its lines are called.
--
-- The release before this one goes on: it has no imports.

-- state: 0 to be read, 1 a group, which comes when all others have, 2 its members are to be found,
-- 3 done, and refused in part or as a whole. What is done and not refused is gone. refused: JSON
-- array of sentences. outcome, resource_id: what became of the resource, where its members follow;
-- text is then those, JSON.
CREATE TABLE import_lines (
  tenant_id INTEGER NOT NULL,
  job_id TEXT NOT NULL,
  line INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0,
  outcome TEXT,
  resource_id TEXT,
  refused TEXT,
  text TEXT NOT NULL,
  PRIMARY KEY (tenant_id, job_id, line)
) WITHOUT ROWID;

CREATE INDEX import_lines_waiting ON import_lines (tenant_id, job_id, state, line) WHERE state > 0;

-- key: what it is and its type, such as i/User/u1, the id in a line; id: the resource's here. Those
-- of a dry run say what the directory would be: n names, e external ids, u unique values, d the
-- document, m and b memberships.
CREATE TABLE import_keys (
  tenant_id INTEGER NOT NULL,
  job_id TEXT NOT NULL,
  key TEXT NOT NULL,
  id TEXT NOT NULL,
  document TEXT,
  PRIMARY KEY (tenant_id, job_id, key, id)
) WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('import_lines', 'import_lines', '100000 100000 100000 1'),
  ('import_lines', 'import_lines_waiting', '1000 1000 1000 500 1'),
  ('import_keys', 'import_keys', '100000 100000 100000 1 1');
ANALYZE sqlite_schema;
