-- Members that a provider named before they are there (`unknown_members: pend`). value: what it
-- named; folded: its image as a userName. Who comes with it, as id, externalId or userName, joins
-- in the batch that brings him, which sets `joined` to the moment and the version that the team
-- gets: triggers do the rest.
CREATE TABLE pending_members (
  tenant_id INTEGER NOT NULL,
  value TEXT NOT NULL,
  team_id TEXT NOT NULL,
  folded TEXT NOT NULL,
  joined TEXT,
  PRIMARY KEY (tenant_id, value, team_id)
) WITHOUT ROWID;
CREATE INDEX pending_members_folded ON pending_members (tenant_id, folded);
CREATE INDEX pending_members_team ON pending_members (tenant_id, team_id, value);
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('pending_members', 'pending_members', '1000000 10000 2 1'),
  ('pending_members', 'pending_members_folded', '1000000 10000 2'),
  ('pending_members', 'pending_members_team', '1000000 10000 100 1');
ANALYZE sqlite_schema;

-- Users, each with the memberships that wait for him.
CREATE VIEW pending_ready AS
  SELECT u.tenant_id, u.id AS member_id, p.team_id, p.value, substr(coalesce(u.display_name, u.user_name), 1, 200) AS display
  FROM users u CROSS JOIN pending_members p
    ON p.tenant_id = u.tenant_id AND (p.value = u.id OR p.value = u.external_id OR p.folded = u.user_name_folded);

CREATE TRIGGER pending_members_update AFTER UPDATE OF joined ON pending_members BEGIN
  INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display)
    SELECT u.tenant_id, new.team_id, u.id, 'User', substr(coalesce(u.display_name, u.user_name), 1, 200) FROM users u
    WHERE u.tenant_id = new.tenant_id
      AND (u.id = new.value OR u.external_id = new.value OR u.user_name_folded = new.folded)
    ON CONFLICT DO NOTHING;
  UPDATE teams SET version = substr(new.joined, 25), updated_at = max(updated_at, substr(new.joined, 1, 24))
    WHERE tenant_id = new.tenant_id AND id = new.team_id;
  DELETE FROM pending_members WHERE tenant_id = new.tenant_id AND value = new.value AND team_id = new.team_id;
END;
CREATE TRIGGER teams_delete_pending AFTER DELETE ON teams BEGIN
  DELETE FROM pending_members WHERE tenant_id = old.tenant_id AND team_id = old.id;
END;
