// The ceilings: what a bare Worker on the same workerd and the same D1 reaches. As a program it
// serves them, the way scripts/serve.mjs serves ours: `node bench/ceilings.mjs --state DIR`.

import { readFile } from "node:fs/promises";
import { readOptions } from "../scripts/arguments.mjs";
import { localDatabase, readConfig } from "../scripts/config.mjs";
import { ROOT, runIfProgram } from "../scripts/process.mjs";
import { HOST } from "../scripts/serve.mjs";
import { findWorkerd, guard } from "../scripts/workerd.mjs";
import { id, randomBelow, TEAMS, teamId, userBody } from "./seed.mjs";

const get = (path) => ({ method: "GET", path, status: 200 });

/** By name: what `(population) => request` to send, and what it is. */
export const CEILINGS = {
  ok: { about: "\"ok\", without D1", next: () => get("/ok") },
  point: { about: "one point read", next: ({ users }) => get(`/point?id=${id(randomBelow(users))}`) },
  insert: {
    about: "a batch of one insert",
    next: () => ({ method: "POST", path: "/insert", body: userBody(randomBelow(1e6)), status: 201 }),
  },
  update: {
    about: "one UPDATE … RETURNING",
    next: ({ users }) => ({
      method: "PATCH",
      path: `/update?id=${id(randomBelow(users))}`,
      body: String(randomBelow(2) === 0),
      status: 200,
    }),
  },
  three: {
    about: "a batch of three",
    next: () => ({ method: "POST", path: `/three?team=${teamId(10, randomBelow(TEAMS[10]))}`, status: 204 }),
  },
  page: {
    about: "a page of 100 documents put together in SQL",
    next: ({ users }) => get(`/page?after=${id(randomBelow(users - 101))}`),
  },
  members: {
    about: "1,000 membership rows through json_each",
    next: ({ users }) => {
      const first = randomBelow(Math.max(users - 1000, 1));
      const ids = Array.from({ length: 1000 }, (_, index) => id(first + index));
      return { method: "POST", path: "/members", body: JSON.stringify(ids), status: 201 };
    },
  },
  aggregate: {
    about: "10,000 members put together in SQL",
    next: () => get(`/aggregate?team=${teamId(10_000, 0)}`),
  },
};

async function main(args) {
  const values = readOptions(args, { state: { type: "string" } });
  const config = await readConfig();
  const { Log, LogLevel, Miniflare } = await import("miniflare");
  const miniflare = new Miniflare({
    name: "ceilings",
    modulesRoot: ROOT,
    modules: [{ type: "ESModule", path: `${ROOT}/bench/ceiling-worker.js`, contents: await readFile(`${ROOT}/bench/ceiling-worker.js`, "utf8") }],
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    ...localDatabase(config, values.state),
    unsafeDirectSockets: [{ host: HOST, port: 0 }],
    log: new Log(LogLevel.WARN),
  });
  await miniflare.ready;
  const workerd = findWorkerd();
  guard(workerd);
  process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0)).resume();
  const { origin } = await miniflare.unsafeGetDirectURL();
  console.log(JSON.stringify({ origin, pid: process.pid, workerd }));
}

await runIfProgram(import.meta, main);
