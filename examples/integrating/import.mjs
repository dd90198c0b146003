// People that an application has already, into this server:
// `node examples/integrating/import.mjs < people.ndjson`. Each line is a record of the
// application's own; `toUser` is yours to write. Who is here already is updated, so it can be run
// again. SCIM_BASE is the base URL, SCIM_TOKEN a token of the customer's tenant.

import { createInterface } from "node:readline";

const { SCIM_BASE, SCIM_TOKEN } = process.env;
/** Creates of a Bulk travel together; a request may have 1,000 operations and 4 MiB. */
const AT_ONCE = 500;

function toUser({ id, email, given, family, disabled }) {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName: email,
    externalId: String(id),
    name: { givenName: given, familyName: family },
    displayName: `${given} ${family}`,
    emails: [{ value: email, type: "work", primary: true }],
    active: !disabled,
  };
}

async function scim(method, path, body) {
  const headers = { Authorization: `Bearer ${SCIM_TOKEN}`, "Content-Type": "application/scim+json" };
  const reply = await fetch(SCIM_BASE + path, { method, headers, body: body && JSON.stringify(body) });
  const answer = await reply.json();
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${answer.detail}`);
  return answer;
}

async function send(users) {
  const { Operations } = await scim("POST", "/Bulk", {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
    Operations: users.map((data, index) => ({ method: "POST", path: "/Users", bulkId: `line-${index}`, data })),
  });
  for (const [index, { status, response }] of Operations.entries()) {
    const user = users[index];
    if (status === "201") counts.created += 1;
    else if (status === "409") await update(user);
    else refused(user, response);
  }
}

/** The one of that name, whoever made it. */
async function update(user) {
  const filter = encodeURIComponent(`userName eq ${JSON.stringify(user.userName)}`);
  const { Resources: [found] } = await scim("GET", `/Users?attributes=id&filter=${filter}`);
  await scim("PUT", `/Users/${found.id}`, user);
  counts.updated += 1;
}

function refused({ userName }, { detail }) {
  counts.refused += 1;
  console.error(`${userName}: ${detail}`);
}

const counts = { created: 0, updated: 0, refused: 0 };
let batch = [];
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === "") continue;
  batch.push(toUser(JSON.parse(line)));
  if (batch.length === AT_ONCE) await send(batch.splice(0));
}
if (batch.length > 0) await send(batch);
console.log(JSON.stringify(counts));
