// Tries what docs/integrating.md shows, on the built Worker: `node examples/integrating/try.mjs`. A
// test runs it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";
import { localDatabase, readConfig } from "../../scripts/config.mjs";
import { migrateLocal } from "../../scripts/d1.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const token = "a token of at least thirty-two characters".replaceAll(" ", "-");
const built = process.env.PLAIN_WORKER ?? here("../../build");
const base = "https://app.example.com/api/scim/v2";

async function run(program, args, input, scimBase) {
  const child = spawn(process.execPath, [here(program), ...args], {
    env: { ...process.env, SCIM_BASE: scimBase, SCIM_TOKEN: token },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(input);
  let said = "";
  for await (const text of child.stdout.setEncoding("utf8")) said += text;
  return said.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

const config = await readConfig();
const state = await mkdtemp(join(tmpdir(), "integrating-"));
const { d1Databases, ...shared } = localDatabase(config, state);
await migrateLocal(config, state);
const contents = (name) => readFile(join(built, name));
const miniflare = new Miniflare({
  ...shared,
  workers: [
    {
      name: "app",
      modules: [{ type: "ESModule", path: here("app.mjs"), contents: await readFile(here("app.mjs")) }],
      modulesRoot: here("."),
      compatibilityDate: config.compatibility_date,
      serviceBindings: { SCIM: "scim-worker" },
      d1Databases,
    },
    {
      name: "scim-worker",
      modulesRoot: built,
      modules: [
        { type: "ESModule", path: join(built, "index.js"), contents: await contents("index.js") },
        { type: "CompiledWasm", path: join(built, "index.wasm"), contents: await contents("index.wasm") },
      ],
      compatibilityDate: config.compatibility_date,
      bindings: { SCIM_TOKEN: token, BASE_URL: base },
      d1Databases,
    },
  ],
});
try {
  const origin = (await miniflare.ready).origin;
  const scimBase = `${origin}/api/scim/v2`;

  const people = [
    { id: 7, email: "ada@example.com", given: "Ada", family: "Lovelace" },
    { id: 8, email: "grace@example.com", given: "Grace", family: "Hopper", disabled: true },
  ];
  const lines = people.map((person) => JSON.stringify(person)).join("\n");
  assert.deepEqual(await run("import.mjs", [], lines, scimBase), [{ created: 2, updated: 0, refused: 0 }]);
  assert.deepEqual(await run("import.mjs", [], lines, scimBase), [{ created: 0, updated: 2, refused: 0 }]);

  const everybody = await run("changes.mjs", [], "", scimBase);
  assert.deepEqual(everybody.map(({ external_id, email, active }) => [external_id, email, active]), [["7", "ada@example.com", true], ["8", "grace@example.com", false]]);
  const since = everybody[0].updated_at;
  assert.deepEqual(await run("changes.mjs", [since], "", scimBase), []);
  await run("import.mjs", [], JSON.stringify({ ...people[1], given: "Grace B." }), scimBase);
  const [changed, ...others] = await run("changes.mjs", [since], "", scimBase);
  assert.deepEqual([changed.display_name, others], ["Grace B. Hopper", []]);

  // The same database, and addresses at which the client finds what it made.
  assert.deepEqual(await (await fetch(origin)).json(), [{ user_name: "ada@example.com", active: 1 }, { user_name: "grace@example.com", active: 0 }]);
  const reply = await fetch(`${scimBase}/Users/${changed.id}`, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await reply.json()).meta.location, `${base}/Users/${changed.id}`);
  assert.equal(reply.headers.get("Content-Location"), `${base}/Users/${changed.id}`);
  console.log("All of docs/integrating.md works");
} finally {
  await miniflare.dispose();
  await rm(state, { recursive: true });
}
