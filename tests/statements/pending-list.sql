-- GET /tenants/1/groups/019a0000-0000-7000-8000-000000000005/pending

SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended
FROM tenants n
WHERE n.id = ?1
  AND n.state NOT IN ('deleted', 'creating')
-- ?1 = 1
-- plan: SEARCH n USING INTEGER PRIMARY KEY (rowid=?)

SELECT 1 AS found
FROM teams
WHERE tenant_id = ?1
  AND id = ?2
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- plan: SEARCH teams USING COVERING INDEX teams_id (tenant_id=? AND id=?)

SELECT value AS key, json_object('value', value) AS shape
FROM pending_members
WHERE tenant_id = ?1
  AND team_id = ?2
  AND value > ?3
ORDER BY value
LIMIT 51
-- ?1 = 1
-- ?2 = "019a0000-0000-7000-8000-000000000005"
-- ?3 = ""
-- plan: SEARCH pending_members USING COVERING INDEX pending_members_team (tenant_id=? AND team_id=? AND value>?)
