// Keeps a copy of a tenant's users and groups in a file: reads them once, then follows the feed.
//
//     export ADMIN_URL=https://scim.example.com ADMIN_TOKEN=…
//     node examples/events/copy.mjs 3 copy.json [--once]
//
// What is done twice is the same as done once, so the cursor is kept after what was read is done.
// With --once it ends where there is no more. Where the tenant is gone it ends with 1, and leaves
// the file. docs/events.md shows it; a test runs it.

import { readFile, rename, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

const [tenant, file, ...flags] = process.argv.slice(2);
const { ADMIN_URL: url, ADMIN_TOKEN: token } = process.env;
if (!url || !token || !file) {
  console.error("Set ADMIN_URL and ADMIN_TOKEN in the environment, and name a tenant and a file: node examples/events/copy.mjs 3 copy.json");
  process.exit(2);
}
const base = `${url}/admin/v1`;
const once = flags.includes("--once");

async function get(path) {
  for (;;) {
    const reply = await fetch(base + path, { headers: { authorization: `Bearer ${token}` } }).catch(() => null);
    if (reply?.ok) return reply.json();
    if (reply?.status === 404) return null;
    const said = reply ? `${reply.status} ${await reply.text()}` : "not reached";
    // The database was set back, or is another: what is there is read anew, as behind an outage.
    if (said.includes('"cursor_beyond_end"')) return { trimmed: true };
    console.error(`${path}: ${said}`);
    // The next look is as good, nothing was lost; but not with another's credential or a bad query.
    if (reply && reply.status < 500 && reply.status !== 429) process.exit(1);
    await setTimeout(1_000);
  }
}

/** What only a tenant that is there has. */
async function ofTenant(path) {
  const found = await get(`/tenants/${tenant}${path}`);
  if (found) return found;
  console.error(`Tenant ${tenant} is gone.`);
  process.exit(1);
}

/** What there is: the cursor first, so that the feed tells what changes while pages are read. */
async function begin() {
  const { next } = await get("/events?after=latest");
  const copy = { after: next, resources: {}, members: {} };
  for (const endpoint of ["Users", "Groups"]) {
    for (let cursor = ""; cursor !== undefined; ) {
      const page = await ofTenant(`/scim/v2/${endpoint}?count=100&cursor=${cursor}`);
      for (const resource of page.Resources ?? []) put(copy, resource);
      cursor = page.nextCursor;
    }
  }
  return copy;
}

/** A resource as the SCIM face shows it. */
function put(copy, { id, meta, groups, members, ...attributes }) {
  copy.resources[id] = { type: meta.resourceType, ...attributes };
  if (meta.resourceType === "Group") copy.members[id] = (members ?? []).map(({ value }) => value);
}

/** What an event tells. */
async function apply(copy, { type, resource, changes = [], members }) {
  if (!resource) return;
  const { id } = resource;
  if (type.endsWith(".deleted")) {
    delete copy.resources[id];
    delete copy.members[id];
    for (const group of Object.values(copy.members)) without(group, id);
    return;
  }
  if (changes.some(({ cut }) => cut)) {
    // It was too large for an event.
    const now = await get(`/tenants/${tenant}/scim/v2/${resource.type}s/${id}`);
    if (now) put(copy, now);
    return;
  }
  const known = (copy.resources[id] ??= { type: resource.type });
  for (const { path, after } of changes) set(known, path, after);
  if (resource.type === "Group") copy.members[id] ??= [];
  for (const { id: member } of members?.removed ?? []) without(copy.members[id], member);
  for (const { id: member } of members?.added ?? []) if (!copy.members[id].includes(member)) copy.members[id].push(member);
}

/** An attribute; one of an extension has its URN in front. */
function set(resource, path, value) {
  const [, urn, name] = /^(urn:.+):([^:]+)$/i.exec(path) ?? [];
  const [at, key] = urn ? [(resource[urn] ??= {}), name] : [resource, path];
  if (value === null) delete at[key];
  else at[key] = value;
  if (urn && Object.keys(at).length === 0) delete resource[urn];
}

function without(list, id) {
  const at = list.indexOf(id);
  if (at >= 0) list.splice(at, 1);
}

async function save(copy) {
  await writeFile(`${file}.new`, JSON.stringify(copy));
  await rename(`${file}.new`, file);
}

let copy = JSON.parse(await readFile(file, "utf8").catch(() => "null")) ?? (await begin());
for (;;) {
  const page = await ofTenant(`/events?limit=200&wait=${once ? 0 : 20}&after=${copy.after}`);
  if (page.trimmed) {
    copy = await begin();
    continue;
  }
  for (const event of page.data) await apply(copy, event);
  copy.after = page.next;
  await save(copy);
  if (once && !page.more) break;
}
