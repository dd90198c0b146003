-- What is deleted again, while it is still kept from before, is kept as it is now: what it had
-- beside its row then goes first. (REPLACE tells the trigger of the row it replaces nothing.)
DROP TRIGGER deleted_resources_insert;
CREATE TRIGGER deleted_resources_insert AFTER INSERT ON deleted_resources BEGIN
  DELETE FROM deleted_links WHERE tenant_id = new.tenant_id AND resource_id = new.id;
  INSERT INTO deleted_links (tenant_id, resource_id, part, links)
    SELECT new.tenant_id, new.id, part, json_group_array(json_array(team_id, member_id, member_type)) FROM (
      SELECT *, (row_number() OVER () - 1) / 5000 AS part FROM (
        SELECT team_id, member_id, member_type FROM team_members
          WHERE tenant_id = new.tenant_id AND team_id = new.id AND new.resource_type = 'Group'
        UNION ALL SELECT team_id, member_id, member_type FROM team_members INDEXED BY team_members_member
          WHERE tenant_id = new.tenant_id AND member_id = new.id AND new.resource_type IN ('User', 'Group')
      )
    ) GROUP BY part;
  INSERT INTO deleted_links (tenant_id, resource_id, part, links)
    SELECT new.tenant_id, new.id, -1, json_group_array(json_array(attribute, value)) FROM unique_values
      WHERE tenant_id = new.tenant_id AND resource_id = new.id HAVING count(*) > 0;
END;
