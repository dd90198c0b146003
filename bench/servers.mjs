// Starts what is measured, each in a Node process of its own so that nothing but the load runs in
// ours.

import { spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../scripts/process.mjs";
import { Problem } from "../scripts/say.mjs";

const ADMIN_TOKEN = "bench-admin-token-0123456789abcdef01234567";
const TOKEN = "bench-token-0123456789abcdef0123456789abcdef";
/** Without a key nothing is signed, and so nothing is posted. */
const VARS = { ADMIN_TOKEN, MASTER_KEY: "be".repeat(32), LOCAL_ADDRESSES: "true" };

/** Our Worker over the D1 of a state folder. */
export async function startWorker(state, users) {
  const vars = Object.entries(VARS).flatMap(([name, value]) => ["--var", `${name}=${value}`]);
  const server = await start("scripts/serve.mjs", ["--state", state, "--port", "0", "--token", TOKEN, ...vars], state);
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/scim+json" };
  const operator = { authorization: `Bearer ${ADMIN_TOKEN}` };
  return {
    ...server,
    base: "/scim/v2",
    headers,
    operator,
    users,
    send: (...args) => send(`${server.origin}/scim/v2`, headers, ...args),
    ask: (...args) => send(`${server.origin}/admin/v1`, { ...operator, "content-type": "application/json" }, ...args),
  };
}

/** The ceilings over theirs. */
export async function startCeilings(state, users) {
  const server = await start("bench/ceilings.mjs", ["--state", state], state);
  const headers = { "content-type": "application/json" };
  return { ...server, base: "", headers, users, reset: () => fetch(`${server.origin}/reset`, { method: "POST" }) };
}

async function start(program, args, state) {
  const log = join(state, "server.log");
  const child = spawn(process.execPath, [join(ROOT, program), ...args], { stdio: ["pipe", "pipe", openSync(log, "a")] });
  child.stdin.on("error", () => {});
  const ended = new Promise((resolve) => child.once("close", resolve));
  const line = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve)),
    ended.then(() => undefined),
  ]);
  if (line === undefined) throw new Problem(`${program} did not start: ${readFileSync(log, "utf8").slice(-2000)}`);
  const { origin, workerd } = JSON.parse(line);
  return {
    origin,
    workerd,
    log,
    stop() {
      child.stdin.end();
      return ended;
    },
  };
}

/** One request of the preparations, outside what is measured; JSON back. */
async function send(base, headers, method, path, body, status) {
  const reply = await fetch(base + path, { method, headers, body });
  const text = await reply.text();
  if (reply.status !== status) throw new Problem(`${method} ${path}: ${reply.status} instead of ${status}: ${text.slice(0, 500)}`);
  return text === "" ? undefined : JSON.parse(text);
}
