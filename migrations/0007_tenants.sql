-- A tenant's number is given once. SQLite would give the highest one again after its tenant has ended, and an application
-- that keys tables of its own by tenant_id would hand their rows to the next customer. So the highest number ever given is
-- remembered, and a new tenant gets the one after it (`npm run token -- create --new-tenant`).
CREATE TABLE last_tenant (id INTEGER NOT NULL);
INSERT INTO last_tenant (id) SELECT coalesce(max(id), 0) FROM tenants;
CREATE TRIGGER tenants_insert AFTER INSERT ON tenants BEGIN
  UPDATE last_tenant SET id = new.id WHERE id < new.id;
END;

-- That of 0004_milestones.sql, which came into that file after it was first applied somewhere.
CREATE TRIGGER IF NOT EXISTS totals_delete AFTER DELETE ON totals BEGIN
  DELETE FROM milestones WHERE tenant_id = old.tenant_id AND resource_type = old.resource_type;
END;
