// Serves the built Worker on workerd over a local D1: for `npm start`, the tests against the built
// Worker and the benchmark.
//
//   node scripts/serve.mjs --port 0 --state DIR --token T [--worker DIR] [--var NAME=VALUE ...]
//     [--shard DB_2 ...] [--assets] [--migrated] [--no-queue] [--minute MILLISECONDS]
//
// applies the migrations, prints one line of JSON, {"origin": "http://127.0.0.1:PORT", "pid": N,
// "workerd": N}, when the Worker answers, and ends when its stdin closes or on a signal. `wrangler
// dev` would put a proxy in front of the Worker; here the socket is workerd's own.

import { subscribe } from "node:diagnostics_channel";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { readOptions } from "./arguments.mjs";
import { keepPrivate, localDatabase, readConfig, stateFolder } from "./config.mjs";
import { migrateLocal } from "./d1.mjs";
import { ROOT, runIfProgram } from "./process.mjs";
import { Problem } from "./say.mjs";
import { findWorkerd, guard } from "./workerd.mjs";

export const HOST = "127.0.0.1";
/** Where the operator's Worker is. */
export const BUILT = join(ROOT, "build");
/** The folder of static assets in that of a Worker. */
export const ASSETS = "assets";
/** Answered without a token. */
const PROBE = "/scim/v2/ServiceProviderConfig";
const PATIENCE_MS = 15_000;
/**
 * The Worker, and a second entry that wakes it as the platform's cron does. That is asked over
 * HTTP, for the reason that d1.mjs has.
 */
const CLOCK = `import worker from "./index.js";
export default worker;
export const clock = {
  async fetch(_, env, context) {
    await worker.scheduled({ cron: "* * * * *", scheduledTime: Date.now() }, env, context);
    return new Response();
  },
};`;

// Miniflare's queue tells Miniflare of each batch when that is done, and delivers no more until the
// telling is over. Node closes a connection that was idle for five seconds: where a batch took
// longer the telling could get lost on it, and every later message with it.
subscribe("http.server.request.start", ({ server }) => (server.keepAliveTimeout = 0));

/**
 * Starts the Worker of a folder; `port` 0 takes a free one. Resolves when it answers. Its static
 * assets stand in front of it only where they are asked for: that costs every request 0.1 to 0.3 ms
 * here, which are not the Worker's. `queue` false leaves the queue out, as a deployment may; a
 * `minute` of the cron has so many milliseconds.
 */
export async function serve({ port, state, vars, worker = BUILT, config: base, more = [], assets = false, queue = true, minute = 60_000, migrated = false }) {
  const read = base ?? (await readConfig());
  const config = { ...read, d1_databases: [...read.d1_databases, ...more] };
  await keepPrivate(state);
  // By a runtime that has no port: who asks as soon as ours is open finds the tables there.
  if (!migrated) await migrateLocal(config, state);
  const { Log, LogLevel, Miniflare } = await import("miniflare");
  const { modulesRoot, modules: built } = await modules(worker);
  const miniflare = new Miniflare({
    name: config.name,
    modulesRoot,
    modules: [{ type: "ESModule", path: join(worker, "clock.mjs"), contents: CLOCK }, ...built],
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    bindings: { ...config.vars, ...vars },
    ...localDatabase(config, state),
    ...limits(config, vars),
    ...(queue && queues(config)),
    ...(assets && { assets: staticAssets(config, worker) }),
    // Straight to the Worker, past Miniflare's own entry.
    unsafeDirectSockets: [{ host: HOST, port }, { host: HOST, port: 0, entrypoint: "clock" }],
    log: new Log(LogLevel.WARN),
    handleRuntimeStdio: (stdout, stderr) => [stdout, stderr].forEach((stream) => stream.pipe(process.stderr)),
  });
  const stop = () => miniflare.dispose();
  try {
    await miniflare.ready;
    const workerd = findWorkerd();
    guard(workerd);
    endWith(workerd);
    const origin = (await miniflare.unsafeGetDirectURL()).origin;
    await answers(origin);
    await tick(miniflare, minute);
    return { origin, pid: process.pid, workerd, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The files that the platform serves itself: what wrangler would tell Miniflare of them. */
function staticAssets({ name, assets: { html_handling } }, worker) {
  const routerConfig = { has_user_worker: true };
  return { directory: join(worker, ASSETS), workerName: name, routerConfig, assetConfig: { html_handling } };
}

/** Counters of requests: locally there are none unless RATE_LIMITS=1. */
function limits({ ratelimits = [] }, { RATE_LIMITS = process.env.RATE_LIMITS }) {
  if (RATE_LIMITS !== "1") return {};
  return { ratelimits: Object.fromEntries(ratelimits.map(({ name, simple }) => [name, { simple }])) };
}

/** The queue, which is in memory here: what a restart loses each minute makes good. */
export function queues({ queues: { producers = [], consumers = [] } }) {
  const consumer = ({ queue, max_batch_size, max_batch_timeout, max_retries }) => [
    queue,
    { maxBatchSize: max_batch_size, maxBatchTimeout: max_batch_timeout, maxRetries: max_retries },
  ];
  return {
    queueProducers: Object.fromEntries(producers.map(({ binding, queue }) => [binding, queue])),
    queueConsumers: Object.fromEntries(consumers.map(consumer)),
  };
}

/**
 * Miniflare fires no cron: each minute, as wrangler.toml has it, the jobs that were broken off go
 * on.
 */
async function tick(miniflare, minute) {
  const clock = await miniflare.unsafeGetDirectURL(undefined, "clock");
  setInterval(async () => {
    // What fails is tried again by the next.
    await fetch(clock).then((reply) => reply.text()).catch(() => {});
  }, minute).unref();
}

/** A runtime that has crashed leaves nothing to serve. */
function endWith(workerd) {
  if (workerd === undefined) return;
  setInterval(() => {
    try {
      process.kill(workerd, 0);
    } catch {
      console.error("scim-worker: workerd has ended by itself; start it again.");
      process.exit(1);
    }
  }, 1000).unref();
}

/** What Miniflare is told of the Worker in a folder. */
export async function modules(folder) {
  const file = async (type, name) => {
    const path = join(folder, name);
    const contents = await readFile(path).catch(() => {
      throw new Problem("the Worker is not built: run `npm run build` (for tests `npm run build -- --for-tests`) and the command again.");
    });
    return { type, path, contents };
  };
  return {
    modulesRoot: folder,
    modules: [await file("ESModule", "index.js"), await file("CompiledWasm", "index.wasm")],
  };
}

async function answers(origin) {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const reply = await fetch(origin + PROBE).catch((error) => error);
    if (reply.ok) {
      await reply.arrayBuffer();
      return;
    }
    if (performance.now() > end) {
      const said = reply instanceof Error ? reply.message : `${reply.status} ${await reply.text()}`;
      throw new Problem(`the Worker started but does not answer GET ${PROBE} with 200: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A Problem if something listens on the port. */
export function checkPort(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", ({ code, message }) => {
      const next = `choose another: \`PORT=${port < 1024 ? 8787 : port + 1} npm start\`.`;
      const words = {
        EADDRINUSE: `port ${port} is in use: stop what listens there, or ${next}`,
        EACCES: `port ${port} may not be used by this account: ${next}`,
      };
      reject(new Problem(words[code] ?? `port ${port} cannot be used (${message}): ${next}`));
    });
    server.listen(port, HOST, () => server.close(resolve));
  });
}

/** A port from text. */
export function parsePort(text) {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Problem(`\`${text}\` is not a port: give a number up to 65535, or 0 for any that is free.`);
}

async function main(args) {
  const values = readOptions(args, {
    port: { type: "string", default: "0" },
    state: { type: "string" },
    token: { type: "string" },
    worker: { type: "string", default: "build" },
    var: { type: "string", multiple: true, default: [] },
    shard: { type: "string", multiple: true, default: [] },
    assets: { type: "boolean", default: false },
    migrated: { type: "boolean", default: false },
    "no-queue": { type: "boolean", default: false },
    minute: { type: "string", default: "60000" },
  });
  const port = parsePort(values.port);
  await checkPort(port);
  const vars = Object.fromEntries(values.var.map((text) => text.split(/=(.*)/s, 2)));
  if (values.token !== undefined) vars.SCIM_TOKEN = values.token;
  process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0)).resume();
  const more = values.shard.map((binding) => ({ binding, database_id: `local-${binding}` }));
  const { stop, ...told } = await serve({ port, state: stateFolder(values.state), vars, worker: resolve(ROOT, values.worker), more, assets: values.assets, migrated: values.migrated, queue: !values["no-queue"], minute: Number(values.minute) });
  console.log(JSON.stringify(told));
}

await runIfProgram(import.meta, main);
