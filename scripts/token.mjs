// `npm run token -- create|list|revoke`: what `npm run admin -- tokens` does, by the same code, for
// the time before there is an admin token. Whoever may ask the database needs none.

import { parseArgs } from "node:util";
import { printer } from "./admin/output.mjs";
import { tenants } from "./admin/tenants.mjs";
import { revoke as revokeAt, tokens } from "./admin/tokens.mjs";
import { openFace } from "./face.mjs";
import { packages } from "./packages.mjs";
import { Misunderstood, Problem } from "./say.mjs";

const HELP = `
  npm run token -- create --label LABEL [--expires WHEN] [--tenant ID | --new-tenant NAME [--again]] [--user USER] [--json] [--remote [--env NAME]]
  npm run token -- list   [--tenant ID] [--json] [--remote [--env NAME]]
  npm run token -- revoke LABEL-OR-ID [--tenant ID] [--json] [--remote [--env NAME]]

  --label       what the token is for
  --expires     a date (2027-01-31), a time (2027-01-31T12:00:00Z) or a number of days; never, if not given
  --tenant      the tenant's number; 1, that of SCIM_TOKEN, if not given
  --new-tenant  makes a tenant of that name for the token
  --again       makes it even if a tenant has that name already
  --user        the user that /Me means, by id or userName; a new tenant has none
  --json        for programs
  --remote      the deployed database; the local one, if not given
  --env         the deployment of that environment of wrangler.toml, such as staging

With an admin token \`npm run admin -- tokens\` does the same, and more.
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

const COLUMNS = ["tenant", "id", "label", "created_at", "last_used", "expires_at", "revoked_at", "last4"];
const COMMANDS = { create, list, revoke };

export async function main(args) {
  const { values, positionals } = parse(args);
  const [name, ...given] = positionals;
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (!Object.hasOwn(COMMANDS, name ?? "")) throw new Misunderstood(`say what to do: create, list or revoke.\n${HELP}`);
  await packages();
  const api = await openFace(values);
  try {
    await COMMANDS[name]({ api, print: printer(values, COLUMNS), values, given });
  } finally {
    await api.close();
  }
}

function parse(args) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Misunderstood(`${error.message}\n${HELP}`);
  }
}

async function create({ values, ...call }) {
  const { label, expires, user, "new-tenant": name } = values;
  if (!label?.trim()) throw new Misunderstood("say what the token is for: `npm run token -- create --label okta-production`.");
  const tenant = name === undefined ? (values.tenant ?? "1") : await addTenant(call.api, values);
  const subject = user === undefined ? undefined : await findUser(call.api, tenant, user);
  const print = { one: (made) => call.print.one({ tenant: Number(tenant), ...made }) };
  await tokens.verbs.create.run({ ...call, print, values: { tenant, label, expires, subject } });
}

/**
 * A customer's second token belongs to the tenant that there is; a second tenant would get the
 * people twice.
 */
async function addTenant(api, { tenant: other, "new-tenant": name, again, user }) {
  if (other !== undefined) throw new Misunderstood("give --tenant or --new-tenant, not both.");
  if (user !== undefined) throw new Misunderstood("a new tenant has no users yet: make its first token without --user.");
  const found = (await api.list("/tenants")).find((tenant) => tenant.name === name);
  if (found && !again) {
    throw new Problem(`tenant ${found.id} has the name \`${name}\` already: \`--tenant ${found.id}\` makes another token for it; \`--new-tenant\` with \`--again\` makes a second tenant of that name.`);
  }
  let made;
  await tenants.verbs.create.run({ api, given: [name], values: {}, print: { one: (tenant) => (made = tenant) } });
  return String(made.id);
}

/** A user by id, or by userName. */
async function findUser(api, tenant, user) {
  const filter = `id eq ${JSON.stringify(user)} or userName eq ${JSON.stringify(user)}`;
  const { Resources: found } = await api.get(`/tenants/${tenant}/scim/v2/Users?attributes=id&filter=${encodeURIComponent(filter)}`);
  const { id } = found.find((known) => known.id === user) ?? found[0] ?? {};
  if (id === undefined) throw new Problem(`tenant ${tenant} has no user with the id or userName \`${user}\`.`);
  return id;
}

/** The tokens of a tenant, or of all, each with its tenant. */
async function all(api, tenant) {
  const ids = tenant === undefined ? (await api.list("/tenants")).map(({ id }) => id) : [tenant];
  const lists = ids.map(async (id) => (await api.list(`/tenants/${id}/tokens`)).map((token) => ({ tenant: Number(id), ...token })));
  return (await Promise.all(lists)).flat();
}

async function list({ api, print, values }) {
  print.rows(await all(api, values.tenant), COLUMNS, "There is no token yet: `npm run token -- create --label LABEL` makes one.");
}

async function revoke({ api, print, values, given: [name] }) {
  if (!name) throw new Misunderstood("say which token: `npm run token -- revoke LABEL`, or its id from `npm run token -- list`.");
  const found = (await all(api, values.tenant)).filter(({ id, label }) => id === name || label === name);
  const open = found.filter(({ revoked_at }) => revoked_at === null);
  if (open.length > 1) {
    const each = open.map(({ id, label, tenant }) => `  ${id}  ${label} (tenant ${tenant})`).join("\n");
    throw new Problem(`\`${name}\` could be any of these; revoke one by its id:\n${each}`);
  }
  if (open.length === 0) {
    throw new Problem(found.length > 0 ? `\`${name}\` is revoked already.` : `there is no token \`${name}\`: \`npm run token -- list\` shows which there are.`);
  }
  const [{ id, tenant }] = open;
  await revokeAt(api, print, `/tenants/${tenant}/tokens/${id}`, { yes: true });
}
