-- A value that waits is one person. Of several who came with it in one batch all joined; now one
-- does, whose id stands in `joined` behind the moment and the version. The release before, which
-- names none, gets the one who was made first.
DROP TRIGGER pending_members_update;
CREATE TRIGGER pending_members_update AFTER UPDATE OF joined ON pending_members BEGIN
  INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display)
    SELECT u.tenant_id, new.team_id, u.id, 'User', substr(coalesce(u.display_name, u.user_name), 1, 200) FROM users u
    WHERE u.tenant_id = new.tenant_id
      AND (u.id = new.value OR u.external_id = new.value OR u.user_name_folded = new.folded)
    ORDER BY u.id <> substr(new.joined, 41), u.seq LIMIT 1
    ON CONFLICT DO NOTHING;
  UPDATE teams SET version = substr(new.joined, 25, 16), updated_at = max(updated_at, substr(new.joined, 1, 24))
    WHERE tenant_id = new.tenant_id AND id = new.team_id;
  DELETE FROM pending_members WHERE tenant_id = new.tenant_id AND value = new.value AND team_id = new.team_id;
END;
