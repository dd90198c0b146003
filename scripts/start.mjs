// `npm start`: from a fresh clone to a Worker that answers, and the words to try it with.
//
// Honours PORT (8787; `--port` says the same), SCIM_TOKEN, ADMIN_TOKEN and MASTER_KEY (otherwise
// made once and kept in .dev.vars) and STATE_DIR (where the local D1 lives; wrangler's own folder
// by default).

import { readOptions } from "./arguments.mjs";
import { build } from "./build.mjs";
import { LOCAL, readLocalConfig, stateFolder } from "./config.mjs";
import { endWithNpm } from "./process.mjs";
import { say, step } from "./say.mjs";
import { devVars } from "./secret.mjs";
import { checkPort, HOST, parsePort, serve } from "./serve.mjs";

export async function main(args) {
  const options = readOptions(args, { port: { type: "string" } });
  const port = parsePort(options.port ?? (process.env.PORT || "8787"));
  await checkPort(port);
  endWithNpm();
  // Before the build, which takes minutes the first time: a token that is no good is told at once.
  const { made, ...vars } = await devVars();
  await build();
  const config = await readLocalConfig();
  const { origin } = await step("Starting the Worker", () => serve({ port, state: stateFolder(), vars, config, assets: true }));
  if (made.length > 0) say(`${made.join(", ").replace(/, (?=[^,]*$)/, " and ")} ${made.length > 1 ? "were" : "was"} made and kept in .dev.vars, which git ignores`);
  greet(origin, vars);
}

function greet(origin, { SCIM_TOKEN: token, ADMIN_TOKEN: admin }) {
  const base = `${origin}/scim/v2`;
  console.log(`
Ready. Give these two to a SCIM client:

  Base URL   ${base}
  Token      ${token}

Create a user:

  curl -X POST ${base}/Users \\
    -H 'Authorization: Bearer ${token}' \\
    -H 'Content-Type: application/scim+json' \\
    -d '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com","name":{"givenName":"Ada","familyName":"Lovelace"},"emails":[{"value":"ada@example.com","primary":true}],"active":true}'

List the users:

  curl -H 'Authorization: Bearer ${token}' ${base}/Users

Make a tenant for another customer (docs/admin-api.md has the rest of the admin face):

  curl -X POST ${origin}/admin/v1/tenants \\
    -H 'Authorization: Bearer ${admin}' \\
    -H 'Content-Type: application/json' \\
    -d '{"name":"Example Corp"}'

Look into the database:

  npx wrangler d1 execute scim --local${process.env.STATE_DIR ? ` --persist-to '${process.env.STATE_DIR}'` : ""} --command 'SELECT id, user_name, email, active FROM users'

A tenant whose \`shard\` is 2 is in the second database: \`scim-2 --env ${LOCAL}\` in place of \`scim\`.

It serves on ${HOST} only. Ctrl-C ends it.
`);
}
