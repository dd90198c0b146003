-- The groups in a group, apart from the users in it: few, so that walking down from a group reads
-- nothing where there are none. A million memberships took half a second.
CREATE INDEX team_members_within ON team_members (tenant_id, team_id, member_id) WHERE member_type = 'Group';
-- As 0002_statistics.sql has it of the walk upwards.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('team_members', 'team_members_within', '10000 100 10 1');
ANALYZE sqlite_schema;
