// `npm run token -- create|list|revoke`: the tokens of the database. Only a token's SHA-256 is
// stored, so that it is shown once, when it is made. Several are valid at once, so a rotation has
// no gap: create, hand over, revoke.

import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { parseExpiry } from "./arguments.mjs";
import { columns } from "./columns.mjs";
import { openDatabase } from "./d1.mjs";
import { packages } from "./packages.mjs";
import { Problem } from "./say.mjs";
import { mintToken } from "./secret.mjs";

const HELP = `
  npm run token -- create --label LABEL [--expires WHEN] [--tenant ID | --new-tenant NAME [--again]] [--user USER] [--json] [--remote [--env NAME]]
  npm run token -- list   [--tenant ID] [--json] [--remote [--env NAME]]
  npm run token -- revoke LABEL-OR-HASH [--tenant ID] [--remote [--env NAME]]

  --label       what the token is for; no two valid tokens of a tenant share one
  --expires     a date (2027-01-31), a time (2027-01-31T12:00:00Z) or a number of days; never, if not given
  --tenant      the tenant's id; 1, that of SCIM_TOKEN, if not given
  --new-tenant  makes a tenant of that name for the token
  --again       makes it even if a tenant has that name already
  --user        the user that /Me means, by id or userName; a new tenant has none
  --json        for programs
  --remote      the deployed database; the local one, if not given
  --env         the deployment of that environment of wrangler.toml, such as staging
`;

const OPTIONS = {
  label: { type: "string" },
  expires: { type: "string" },
  tenant: { type: "string" },
  "new-tenant": { type: "string" },
  again: { type: "boolean", default: false },
  user: { type: "string" },
  remote: { type: "boolean", default: false },
  env: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
};

const COMMANDS = { create, list, revoke };
/** Fewer digits of a hash are not taken for one. */
const SHORTEST_PREFIX = 6;

export async function main(args) {
  const { values, positionals } = parse(args);
  const [name, ...rest] = positionals;
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (!Object.hasOwn(COMMANDS, name ?? "")) throw new Problem(`say what to do: create, list or revoke.\n${HELP}`);
  await packages();
  const db = await openDatabase(values);
  try {
    await COMMANDS[name](db, values, rest);
  } finally {
    await db.close();
  }
}

function parse(args) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Problem(`${error.message}\n${HELP}`);
  }
}

async function create(db, values) {
  const { label, expires } = values;
  if (!label?.trim()) throw new Problem("say what the token is for: `npm run token -- create --label okta-production`.");
  const now = new Date();
  const expiresAt = expires === undefined ? null : parseExpiry(expires, now);
  const token = mintToken();
  const { tenant, subject } = await (values["new-tenant"] === undefined ? addToken : addTenant)(db, values, { token, now, expiresAt });
  if (values.json) {
    console.log(JSON.stringify({ token, label, tenant_id: tenant.id, expires_at: expiresAt, subject }));
    return;
  }
  console.log(`
Token      ${token}
Label      ${label}
Tenant     ${tenant.id} (${tenant.name})
Expires    ${expiresAt ?? "never"}${subject ? `\nUser       ${subject}` : ""}

It is shown this once and stored nowhere: hand it over now.`);
}

/** A token of a tenant that there is. */
async function addToken(db, { label, tenant: id = "1", user }, { token, now, expiresAt }) {
  const tenant = await findTenant(db, id);
  const subject = user === undefined ? null : await findUser(db, tenant, user);
  await refuseSecond(db, tenant, label, now);
  await db.all(
    "INSERT INTO tokens (hash, tenant_id, label, subject, created_at, expires_at, last4) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    sha256(token), tenant.id, label, subject, now.toISOString(), expiresAt, token.slice(-4),
  );
  return { tenant, subject };
}

/** A tenant and its first token, both or neither. Its number is one that no tenant had before. */
async function addTenant(db, { label, tenant: other, "new-tenant": name, again, user }, { token, now, expiresAt }) {
  if (other !== undefined) throw new Problem("give --tenant or --new-tenant, not both.");
  if (!name.trim()) throw new Problem("say what the tenant is called: `--new-tenant 'Example Corp'`.");
  if (user !== undefined) throw new Problem("a new tenant has no users yet: make its first token without --user.");
  if (!again) await refuseNamesake(db, name);
  const [[tenant]] = await db.batch(
    ["INSERT INTO tenants (id, name, created_at, settings) SELECT id + 1, ?1, ?2, '{}' FROM last_tenant RETURNING id, name", name, now.toISOString()],
    ["INSERT INTO tokens (hash, tenant_id, label, created_at, expires_at, last4) SELECT ?1, id, ?2, ?3, ?4, ?5 FROM last_tenant", sha256(token), label, now.toISOString(), expiresAt, token.slice(-4)],
  );
  return { tenant, subject: null };
}

/**
 * A customer's second token belongs to the tenant that there is; a second tenant would get the
 * people twice.
 */
async function refuseNamesake(db, name) {
  const [found] = await db.all("SELECT id, name FROM tenants WHERE name = ?1 ORDER BY id LIMIT 1", name);
  if (!found) return;
  throw new Problem(`tenant ${found.id} has the name \`${found.name}\` already: \`--tenant ${found.id}\` makes another token for it; \`--new-tenant\` with \`--again\` makes a second tenant of that name.`);
}

async function list(db, values) {
  const tenant = values.tenant === undefined ? null : (await findTenant(db, values.tenant)).id;
  const rows = await db.all(
    `SELECT t.tenant_id, n.name AS tenant, t.label, t.hash, t.subject, t.created_at, t.expires_at, t.revoked_at, t.last_used_at
     FROM tokens t JOIN tenants n ON n.id = t.tenant_id
     WHERE ?1 IS NULL OR t.tenant_id = ?1 ORDER BY t.tenant_id, t.created_at, t.hash`,
    tenant,
  );
  const tokens = rows.map((row) => ({ ...row, state: stateOf(row, new Date()) }));
  if (values.json) {
    console.log(JSON.stringify(tokens, null, 2));
  } else if (tokens.length === 0) {
    console.log("There is no token yet: `npm run token -- create --label LABEL` makes one.");
  } else {
    console.log(columns(
      ["tenant", "label", "state", "hash", "created", "expires", "last used", "user"],
      tokens.map((row) => [
        `${row.tenant_id} ${row.tenant}`, row.label, row.state, row.hash.slice(0, 12), day(row.created_at),
        row.expires_at ? day(row.expires_at) : "never", day(row.last_used_at), row.subject ?? "",
      ]),
    ).join("\n"));
  }
}

async function revoke(db, values, [name]) {
  if (!name) throw new Problem("say which token: `npm run token -- revoke LABEL`, or the first digits of its hash from `npm run token -- list`.");
  const tenant = values.tenant === undefined ? null : (await findTenant(db, values.tenant)).id;
  const prefix = /^[0-9a-f]+$/i.test(name) && name.length >= SHORTEST_PREFIX ? name.toLowerCase() : null;
  const found = await db.all(
    `SELECT hash, label, tenant_id, revoked_at, expires_at FROM tokens
     WHERE (?1 IS NULL OR tenant_id = ?1) AND (label = ?2 OR (?3 IS NOT NULL AND substr(hash, 1, length(?3)) = ?3))`,
    tenant, name, prefix,
  );
  const open = found.filter(({ revoked_at }) => revoked_at === null);
  const inUse = open.filter((row) => stateOf(row, new Date()) === "valid");
  const valid = inUse.length > 0 ? inUse : open;
  if (valid.length > 1) {
    const each = valid.map(({ hash, label, tenant_id }) => `  ${hash.slice(0, 12)}  ${label} (tenant ${tenant_id})`).join("\n");
    throw new Problem(`\`${name}\` could be any of these; revoke one by its hash:\n${each}`);
  }
  if (valid.length === 0) {
    throw new Problem(found.length > 0 ? `\`${name}\` is revoked already.` : `there is no token \`${name}\`: \`npm run token -- list\` shows which there are.`);
  }
  await db.all("UPDATE tokens SET revoked_at = ?1 WHERE hash = ?2 AND revoked_at IS NULL", new Date().toISOString(), valid[0].hash);
  console.log(`Revoked \`${valid[0].label}\` of tenant ${valid[0].tenant_id}: it is refused from now on.`);
}

async function findTenant(db, text) {
  const [found] = /^\d{1,15}$/.test(text) ? await db.all("SELECT id, name FROM tenants WHERE id = ?1", Number(text)) : [];
  if (found) return found;
  const tenants = await db.all("SELECT id, name FROM tenants ORDER BY id LIMIT 20");
  throw new Problem(`there is no tenant ${text}; there are ${tenants.map(({ id, name }) => `${id} (${name})`).join(", ")}. \`--new-tenant NAME\` makes one.`);
}

/**
 * A user by id, or by userName in any letter case of a to z. The Worker alone folds other letters,
 * so a name that has some is looked for as it is stored, too.
 */
async function findUser(db, tenant, name) {
  const [byKey] = await db.all(
    "SELECT id FROM users WHERE tenant_id = ?1 AND (id = ?2 OR user_name_folded = lower(?2)) ORDER BY id = ?2 DESC LIMIT 1",
    tenant.id, name,
  );
  if (byKey) return byKey.id;
  const [asStored] = await db.all("SELECT id FROM users WHERE tenant_id = ?1 AND user_name = ?2 LIMIT 1", tenant.id, name);
  if (asStored) return asStored.id;
  throw new Problem(`tenant ${tenant.id} (${tenant.name}) has no user with the id or userName \`${name}\`. Give the id, or the userName as it is stored.`);
}

async function refuseSecond(db, tenant, label, now) {
  const found = await db.all("SELECT revoked_at, expires_at FROM tokens WHERE tenant_id = ?1 AND label = ?2", tenant.id, label);
  if (found.some((row) => stateOf(row, now) === "valid")) {
    throw new Problem(`tenant ${tenant.id} has a valid token \`${label}\` already: choose another label, or revoke that one first.`);
  }
}

function stateOf({ revoked_at, expires_at }, now) {
  if (revoked_at !== null) return "revoked";
  return expires_at !== null && expires_at <= now.toISOString() ? "expired" : "valid";
}

const sha256 = (token) => createHash("sha256").update(token).digest("hex");
const day = (time) => time?.slice(0, 10) ?? "never";
