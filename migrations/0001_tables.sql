-- Tenants, their tokens, their users and teams, memberships, counters (docs/data-model.md).
--
-- Every row of every table belongs to a tenant, and tenant_id leads every key. A migration is never edited once it is
-- merged, and suits the release before it as well as its own.

CREATE TABLE tenants (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  created_at TEXT NOT NULL,
  -- Authenticates the cursors given to this tenant's clients; never leaves the Worker.
  cursor_key TEXT NOT NULL DEFAULT (lower(hex(randomblob(32))))
);

-- The tenant of SCIM_TOKEN.
INSERT INTO tenants (id, name, created_at) VALUES (1, 'default', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));

CREATE TABLE tokens (
  -- SHA-256 of the token, lower-case hex; the token itself is stored nowhere.
  hash TEXT PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenants (id),
  label TEXT NOT NULL,
  -- The id of the user that /Me means.
  subject TEXT,
  created_at TEXT NOT NULL,
  expires_at TEXT,
  revoked_at TEXT,
  -- To the day, so that a token in use costs one write a day.
  last_used_at TEXT
) WITHOUT ROWID;

CREATE INDEX tokens_tenant ON tokens (tenant_id, label);

-- document: the SCIM resource as JSON, without id, meta and groups. folded: its comparison image, what filters look
-- at. The columns that an application reads are generated from the document: one truth, no drift. They stand before
-- the document so that reading one does not touch the pages that a long document spills into.
--
-- The columns that are looked up by (…_folded, external_id) are plain ones, held to the document by a CHECK: SQLite
-- rewrites the index of a generated column whenever its source changes, so a generated key would make every change of
-- `active` pay for every index. A statement that does not change a key does not name its column.
CREATE TABLE users (
  seq INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  version TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  user_name TEXT AS (document ->> '$.userName') STORED,
  display_name TEXT AS (document ->> '$.displayName') STORED,
  -- The primary address, or the first.
  email TEXT AS (
    CASE
      WHEN document ->> '$.emails[0].primary' THEN document ->> '$.emails[0].value'
      WHEN document ->> '$.emails[1].primary' THEN document ->> '$.emails[1].value'
      WHEN document ->> '$.emails[2].primary' THEN document ->> '$.emails[2].value'
      WHEN document ->> '$.emails[3].primary' THEN document ->> '$.emails[3].value'
      ELSE document ->> '$.emails[0].value'
    END
  ) STORED,
  active INTEGER AS (document ->> '$.active') STORED,
  external_id TEXT CHECK (external_id IS document ->> '$.externalId'),
  user_name_folded TEXT NOT NULL CHECK (user_name_folded IS folded ->> '$.userName'),
  display_name_folded TEXT CHECK (display_name_folded IS folded ->> '$.displayName'),
  document TEXT NOT NULL,
  folded TEXT NOT NULL
);

CREATE UNIQUE INDEX users_id ON users (tenant_id, id);
CREATE UNIQUE INDEX users_user_name ON users (tenant_id, user_name_folded);
CREATE INDEX users_external_id ON users (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX users_display_name ON users (tenant_id, display_name_folded) WHERE display_name_folded IS NOT NULL;

-- One row for each address of a user, folded: what emails.value is looked up by.
CREATE TABLE user_emails (
  tenant_id INTEGER NOT NULL,
  value TEXT NOT NULL,
  user_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, value, user_id)
) WITHOUT ROWID;

CREATE TABLE teams (
  seq INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  version TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  display_name TEXT AS (document ->> '$.displayName') STORED,
  external_id TEXT CHECK (external_id IS document ->> '$.externalId'),
  display_name_folded TEXT NOT NULL CHECK (display_name_folded IS folded ->> '$.displayName'),
  document TEXT NOT NULL,
  folded TEXT NOT NULL
);

CREATE UNIQUE INDEX teams_id ON teams (tenant_id, id);
CREATE UNIQUE INDEX teams_display_name ON teams (tenant_id, display_name_folded);
CREATE INDEX teams_external_id ON teams (tenant_id, external_id) WHERE external_id IS NOT NULL;

-- Membership is rows, keyed both ways. display is what a team's members list shows of the member; triggers keep it.
CREATE TABLE team_members (
  tenant_id INTEGER NOT NULL,
  team_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  member_type TEXT NOT NULL,
  display TEXT NOT NULL,
  PRIMARY KEY (tenant_id, team_id, member_id)
) WITHOUT ROWID;

CREATE INDEX team_members_member ON team_members (tenant_id, member_id, team_id);
-- The teams that are members of teams: few, so that walking up from a team reads nothing where there are none.
CREATE INDEX team_members_nested ON team_members (tenant_id, member_id, team_id) WHERE member_type = 'Group';

-- Resources of the operator's own types (docs/extending.md), same shape.
CREATE TABLE resources (
  seq INTEGER PRIMARY KEY,
  tenant_id INTEGER NOT NULL,
  resource_type TEXT NOT NULL,
  id TEXT NOT NULL,
  version TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  external_id TEXT CHECK (external_id IS document ->> '$.externalId'),
  document TEXT NOT NULL,
  folded TEXT NOT NULL
);

CREATE UNIQUE INDEX resources_id ON resources (tenant_id, resource_type, id);
CREATE INDEX resources_external_id ON resources (tenant_id, resource_type, external_id)
  WHERE external_id IS NOT NULL;

-- Values of the operator's attributes with uniqueness server: one holder a tenant.
CREATE TABLE unique_values (
  tenant_id INTEGER NOT NULL,
  attribute TEXT NOT NULL,
  value TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, attribute, value)
) WITHOUT ROWID;

CREATE INDEX unique_values_resource ON unique_values (tenant_id, resource_id);

-- How many resources of a type a tenant has, so that a list without a filter need not count.
CREATE TABLE totals (
  tenant_id INTEGER NOT NULL,
  resource_type TEXT NOT NULL,
  total INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, resource_type)
) WITHOUT ROWID;

CREATE TRIGGER users_insert AFTER INSERT ON users BEGIN
  INSERT INTO totals (tenant_id, resource_type, total) VALUES (new.tenant_id, 'User', 1)
    ON CONFLICT DO UPDATE SET total = total + 1;
  INSERT OR IGNORE INTO user_emails (tenant_id, value, user_id)
    SELECT new.tenant_id, e.value ->> '$.value', new.id FROM json_each(new.folded, '$.emails') e
    WHERE e.value ->> '$.value' IS NOT NULL;
END;

CREATE TRIGGER users_update_emails AFTER UPDATE OF folded ON users
WHEN old.folded -> '$.emails' IS NOT new.folded -> '$.emails' BEGIN
  DELETE FROM user_emails WHERE tenant_id = old.tenant_id AND user_id = old.id AND value IN (
    SELECT e.value ->> '$.value' FROM json_each(old.folded, '$.emails') e);
  INSERT OR IGNORE INTO user_emails (tenant_id, value, user_id)
    SELECT new.tenant_id, e.value ->> '$.value', new.id FROM json_each(new.folded, '$.emails') e
    WHERE e.value ->> '$.value' IS NOT NULL;
END;

CREATE TRIGGER users_update_display AFTER UPDATE OF document ON users
WHEN coalesce(old.display_name, old.user_name) IS NOT coalesce(new.display_name, new.user_name) BEGIN
  UPDATE team_members SET display = substr(coalesce(new.display_name, new.user_name), 1, 200)
    WHERE tenant_id = new.tenant_id AND member_id = new.id;
END;

CREATE TRIGGER users_delete AFTER DELETE ON users BEGIN
  UPDATE totals SET total = total - 1 WHERE tenant_id = old.tenant_id AND resource_type = 'User';
  DELETE FROM user_emails WHERE tenant_id = old.tenant_id AND user_id = old.id AND value IN (
    SELECT e.value ->> '$.value' FROM json_each(old.folded, '$.emails') e);
  DELETE FROM team_members WHERE tenant_id = old.tenant_id AND member_id = old.id;
  DELETE FROM unique_values WHERE tenant_id = old.tenant_id AND resource_id = old.id;
END;

CREATE TRIGGER teams_insert AFTER INSERT ON teams BEGIN
  INSERT INTO totals (tenant_id, resource_type, total) VALUES (new.tenant_id, 'Group', 1)
    ON CONFLICT DO UPDATE SET total = total + 1;
END;

CREATE TRIGGER teams_update_display AFTER UPDATE OF document ON teams
WHEN old.display_name IS NOT new.display_name BEGIN
  UPDATE team_members SET display = substr(new.display_name, 1, 200)
    WHERE tenant_id = new.tenant_id AND member_id = new.id AND member_type = 'Group';
END;

CREATE TRIGGER teams_delete AFTER DELETE ON teams BEGIN
  UPDATE totals SET total = total - 1 WHERE tenant_id = old.tenant_id AND resource_type = 'Group';
  DELETE FROM team_members WHERE tenant_id = old.tenant_id AND team_id = old.id;
  DELETE FROM team_members WHERE tenant_id = old.tenant_id AND member_id = old.id AND member_type = 'Group';
  DELETE FROM unique_values WHERE tenant_id = old.tenant_id AND resource_id = old.id;
END;

CREATE TRIGGER resources_insert AFTER INSERT ON resources BEGIN
  INSERT INTO totals (tenant_id, resource_type, total) VALUES (new.tenant_id, new.resource_type, 1)
    ON CONFLICT DO UPDATE SET total = total + 1;
END;

CREATE TRIGGER resources_delete AFTER DELETE ON resources BEGIN
  UPDATE totals SET total = total - 1 WHERE tenant_id = old.tenant_id AND resource_type = old.resource_type;
  DELETE FROM unique_values WHERE tenant_id = old.tenant_id AND resource_id = old.id;
END;
