-- GET /Groups?excludedAttributes=members

SELECT iif(octet_length(record) <= ?1, record, NULL) AS record
FROM (SELECT *
  FROM (SELECT teams.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || '\n' || document AS record
    FROM teams
    WHERE teams.tenant_id = ?2
    ORDER BY teams.id
    LIMIT ?3 + 0)
  LIMIT -1)
-- ?1 = 160000
-- ?2 = 1
-- ?3 = 100
-- plan: CO-ROUTINE (subquery-1)
-- plan:   SEARCH teams USING INDEX teams_id (tenant_id=?)
-- plan: SCAN (subquery-1)

SELECT total
FROM totals
WHERE tenant_id = ?1
  AND resource_type = ?2
-- ?1 = 1
-- ?2 = "Group"
-- plan: SEARCH totals USING PRIMARY KEY (tenant_id=? AND resource_type=?)
