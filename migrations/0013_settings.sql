-- An instance of the Worker remembers the settings of tenants, each with their version, and the look-up in front of every
-- batch asks whether there is a later one. It is asked of an index, which finds nothing where there is none and so reads no
-- row. A tenant of version 0 has no settings: that is what an instance takes for granted of whom it does not know.
CREATE INDEX tenants_settings ON tenants (id, settings_version);
UPDATE tenants SET settings_version = settings_version + 1 WHERE settings <> '{}';

-- Whoever sets settings, the release before this one or an operator's own SQL, counts the version up.
CREATE TRIGGER tenants_insert_settings AFTER INSERT ON tenants WHEN new.settings <> '{}' AND new.settings_version = 0 BEGIN
  UPDATE tenants SET settings_version = 1 WHERE id = new.id;
END;
CREATE TRIGGER tenants_update_settings AFTER UPDATE OF settings ON tenants
WHEN new.settings <> old.settings AND new.settings_version = old.settings_version BEGIN
  UPDATE tenants SET settings_version = old.settings_version + 1 WHERE id = new.id;
END;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('tenants', 'tenants_settings', '10000 1 1');
ANALYZE sqlite_schema;
