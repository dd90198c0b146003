-- What SQLite's planner is told of the tables, as ANALYZE would tell it of a large tenant: that the tenant alone leaves
-- nearly all rows, so that an index is chosen for what stands behind tenant_id. Without it the planner takes tenant_id
-- for selective (10 rows) and walks a whole tenant in the order of the reply, or by the first part of a primary key.
ANALYZE totals;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('users', 'users_id', '10000000 10000 1'),
  ('users', 'users_user_name', '10000000 10000 1'),
  ('users', 'users_external_id', '10000000 10000 2'),
  ('users', 'users_display_name', '10000000 10000 2'),
  ('user_emails', 'user_emails', '10000000 10000 2 1'),
  ('teams', 'teams_id', '1000000 1000 1'),
  ('teams', 'teams_display_name', '1000000 1000 1'),
  ('teams', 'teams_external_id', '1000000 1000 2'),
  ('team_members', 'team_members', '100000000 100000 100 1'),
  ('team_members', 'team_members_member', '100000000 100000 10 1'),
  ('team_members', 'team_members_nested', '10000 100 10 1'),
  ('resources', 'resources_id', '10000000 10000 5000 1'),
  ('resources', 'resources_external_id', '10000000 10000 5000 2'),
  ('unique_values', 'unique_values', '10000000 10000 5000 1'),
  ('unique_values', 'unique_values_resource', '10000000 10000 2');
-- Loads it into the connection that is open.
ANALYZE sqlite_schema;
