-- Resources that were deleted where the tenant keeps them for a while (`deletes: soft`). They are
-- here and in no table that another statement reads, so that none can forget to leave them out.
--
-- name: of a user, the folded userName: who comes with it again gets the old id.
CREATE TABLE deleted_resources (
  tenant_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  name TEXT,
  external_id TEXT,
  created_at TEXT NOT NULL,
  deleted_at TEXT NOT NULL,
  purge_at TEXT NOT NULL,
  document TEXT NOT NULL,
  folded TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
CREATE INDEX deleted_resources_name ON deleted_resources (tenant_id, name) WHERE name IS NOT NULL;
CREATE INDEX deleted_resources_newest ON deleted_resources (tenant_id, deleted_at, id);
CREATE INDEX deleted_resources_purge ON deleted_resources (purge_at);

-- What they had beside their rows, kept by a trigger. links is a JSON array: of part 0 and those
-- behind it [team, member, type of the member] of their memberships, both ways, 5,000 of them at
-- the most; of part -1 [attribute, value], what they had in unique_values.
CREATE TABLE deleted_links (
  tenant_id INTEGER NOT NULL,
  resource_id TEXT NOT NULL,
  part INTEGER NOT NULL,
  links TEXT NOT NULL,
  PRIMARY KEY (tenant_id, resource_id, part)
) WITHOUT ROWID;

CREATE TRIGGER deleted_resources_insert AFTER INSERT ON deleted_resources BEGIN
  INSERT OR REPLACE INTO deleted_links (tenant_id, resource_id, part, links)
    SELECT new.tenant_id, new.id, part, json_group_array(json_array(team_id, member_id, member_type)) FROM (
      SELECT *, (row_number() OVER () - 1) / 5000 AS part FROM (
        SELECT team_id, member_id, member_type FROM team_members
          WHERE tenant_id = new.tenant_id AND team_id = new.id AND new.resource_type = 'Group'
        UNION ALL SELECT team_id, member_id, member_type FROM team_members INDEXED BY team_members_member
          WHERE tenant_id = new.tenant_id AND member_id = new.id AND new.resource_type IN ('User', 'Group')
      )
    ) GROUP BY part;
  INSERT OR REPLACE INTO deleted_links (tenant_id, resource_id, part, links)
    SELECT new.tenant_id, new.id, -1, json_group_array(json_array(attribute, value)) FROM unique_values
      WHERE tenant_id = new.tenant_id AND resource_id = new.id HAVING count(*) > 0;
END;

CREATE TRIGGER deleted_resources_delete AFTER DELETE ON deleted_resources BEGIN
  DELETE FROM deleted_links WHERE tenant_id = old.tenant_id AND resource_id = old.id;
END;

-- The memberships of those that are back among those that are there.
CREATE VIEW links_back AS
  SELECT l.tenant_id, l.resource_id, r.id AS team_id, k.value ->> 1 AS member_id,
    iif(u.seq IS NULL, 'Group', 'User') AS member_type,
    substr(coalesce(u.display_name, u.user_name, t.display_name), 1, 200) AS display
  FROM deleted_links l
  CROSS JOIN json_each(l.links) k
  CROSS JOIN teams r ON r.tenant_id = l.tenant_id AND r.id = k.value ->> 0
  LEFT JOIN users u ON u.tenant_id = l.tenant_id AND u.id = k.value ->> 1
  LEFT JOIN teams t ON u.seq IS NULL AND t.tenant_id = l.tenant_id AND t.id = k.value ->> 1
  WHERE l.part >= 0 AND (u.seq IS NOT NULL OR t.seq IS NOT NULL);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('deleted_resources', 'deleted_resources', '1000000 1000 1'),
  ('deleted_resources', 'deleted_resources_name', '1000000 1000 1'),
  ('deleted_resources', 'deleted_resources_newest', '1000000 1000 1 1'),
  ('deleted_resources', 'deleted_resources_purge', '1000000 10'),
  ('deleted_links', 'deleted_links', '1000000 1000 1 1');
ANALYZE sqlite_schema;
