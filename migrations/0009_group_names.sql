-- Whether two groups of a tenant may have one name is a setting (UNIQUE_GROUP_NAMES), so a group says for itself whether its
-- name is its alone: name_is_unique is 1, or NULL where it is not, and the index takes no two rows to be the same of which
-- one has a NULL. The name stays in front of it, so the index finds a name whatever the setting was.
--
-- 1 is the default: the release before this one, which names no such column, writes what is unique, and what it wrote is.
ALTER TABLE teams ADD COLUMN name_is_unique INTEGER DEFAULT 1;
DROP INDEX teams_display_name;
CREATE UNIQUE INDEX teams_display_name ON teams (tenant_id, display_name_folded, name_is_unique);
-- As 0002_statistics.sql has it; with the index went what was said of it.
DELETE FROM sqlite_stat1 WHERE idx = 'teams_display_name';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('teams', 'teams_display_name', '1000000 1000 1 1');
ANALYZE sqlite_schema;

-- A name that is to be a group's alone is no other's, though that one's may be others' as well. Like the index, which finds
-- the others, it makes a create with ON CONFLICT DO NOTHING do nothing, and fails an update.
CREATE TRIGGER teams_insert_name BEFORE INSERT ON teams
WHEN new.name_is_unique AND EXISTS (
  SELECT 1 FROM teams WHERE tenant_id = new.tenant_id AND display_name_folded = new.display_name_folded
    AND name_is_unique IS NULL
) BEGIN
  SELECT RAISE(IGNORE);
END;

CREATE TRIGGER teams_update_name BEFORE UPDATE OF display_name_folded ON teams
WHEN new.name_is_unique AND old.display_name_folded IS NOT new.display_name_folded AND EXISTS (
  SELECT 1 FROM teams WHERE tenant_id = new.tenant_id AND display_name_folded = new.display_name_folded
    AND name_is_unique IS NULL
) BEGIN
  SELECT RAISE(ABORT, 'UNIQUE constraint failed: teams.display_name_folded');
END;
