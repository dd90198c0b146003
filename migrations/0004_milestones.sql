-- Where pages by startIndex began and ended, so that the next page need not count its way there again: identity providers
-- import that way, page after page.
--
-- A milestone says: the resource `id` is the one at `position`, counted from 0 in the order of ids. That is true until one
-- before it goes or comes. `totals.moved` counts every resource that went, and every one that came with an id before the
-- last (`last_id`; ids ascend, but clocks differ); a milestone holds as long as that number is the one it was made at.
CREATE TABLE milestones (
  tenant_id INTEGER NOT NULL,
  resource_type TEXT NOT NULL,
  moved INTEGER NOT NULL,
  position INTEGER NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, resource_type, moved, position)
) WITHOUT ROWID;

ALTER TABLE totals ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN last_id TEXT NOT NULL DEFAULT '';
UPDATE totals SET last_id = coalesce(CASE resource_type
  WHEN 'User' THEN (SELECT max(id) FROM users WHERE tenant_id = totals.tenant_id)
  WHEN 'Group' THEN (SELECT max(id) FROM teams WHERE tenant_id = totals.tenant_id)
  ELSE (SELECT max(id) FROM resources WHERE tenant_id = totals.tenant_id AND resource_type = totals.resource_type)
END, '');

-- A count that begins anew (a tenant ends, another one gets its number) is none that a milestone was made at.
CREATE TRIGGER totals_delete AFTER DELETE ON totals BEGIN
  DELETE FROM milestones WHERE tenant_id = old.tenant_id AND resource_type = old.resource_type;
END;

-- The triggers of 0001_tables.sql that keep totals, with the two new columns.
DROP TRIGGER users_insert;
CREATE TRIGGER users_insert AFTER INSERT ON users BEGIN
  INSERT INTO totals (tenant_id, resource_type, total, last_id) VALUES (new.tenant_id, 'User', 1, new.id)
    ON CONFLICT DO UPDATE SET total = total + 1, moved = moved + (excluded.last_id < last_id), last_id = max(last_id, excluded.last_id);
  INSERT OR IGNORE INTO user_emails (tenant_id, value, user_id)
    SELECT new.tenant_id, e.value ->> '$.value', new.id FROM json_each(new.folded, '$.emails') e
    WHERE e.value ->> '$.value' IS NOT NULL;
END;
DROP TRIGGER users_delete;
CREATE TRIGGER users_delete AFTER DELETE ON users BEGIN
  UPDATE totals SET total = total - 1, moved = moved + 1 WHERE tenant_id = old.tenant_id AND resource_type = 'User';
  DELETE FROM user_emails WHERE tenant_id = old.tenant_id AND user_id = old.id AND value IN (
    SELECT e.value ->> '$.value' FROM json_each(old.folded, '$.emails') e);
  DELETE FROM team_members WHERE tenant_id = old.tenant_id AND member_id = old.id;
  DELETE FROM unique_values WHERE tenant_id = old.tenant_id AND resource_id = old.id;
END;
DROP TRIGGER teams_insert;
CREATE TRIGGER teams_insert AFTER INSERT ON teams BEGIN
  INSERT INTO totals (tenant_id, resource_type, total, last_id) VALUES (new.tenant_id, 'Group', 1, new.id)
    ON CONFLICT DO UPDATE SET total = total + 1, moved = moved + (excluded.last_id < last_id), last_id = max(last_id, excluded.last_id);
END;
DROP TRIGGER teams_delete;
CREATE TRIGGER teams_delete AFTER DELETE ON teams BEGIN
  UPDATE totals SET total = total - 1, moved = moved + 1 WHERE tenant_id = old.tenant_id AND resource_type = 'Group';
  DELETE FROM team_members WHERE tenant_id = old.tenant_id AND team_id = old.id;
  DELETE FROM team_members WHERE tenant_id = old.tenant_id AND member_id = old.id AND member_type = 'Group';
  DELETE FROM unique_values WHERE tenant_id = old.tenant_id AND resource_id = old.id;
END;
DROP TRIGGER resources_insert;
CREATE TRIGGER resources_insert AFTER INSERT ON resources BEGIN
  INSERT INTO totals (tenant_id, resource_type, total, last_id) VALUES (new.tenant_id, new.resource_type, 1, new.id)
    ON CONFLICT DO UPDATE SET total = total + 1, moved = moved + (excluded.last_id < last_id), last_id = max(last_id, excluded.last_id);
END;
DROP TRIGGER resources_delete;
CREATE TRIGGER resources_delete AFTER DELETE ON resources BEGIN
  UPDATE totals SET total = total - 1, moved = moved + 1
    WHERE tenant_id = old.tenant_id AND resource_type = old.resource_type;
  DELETE FROM unique_values WHERE tenant_id = old.tenant_id AND resource_id = old.id;
END;
