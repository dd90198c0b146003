// What the Worker asks of the database where no reply tells of it: behind replies, in a stream, and
// in each minute. Prints, by name, the batches that were sent:
// how many statements each had, and the rows that D1 says they read and wrote.
//
//   STATE_DIR=DIR node tests/costs/behind.mjs MASTER_KEY

import { join } from "node:path";
import { Miniflare, Response } from "miniflare";
import { callsOf } from "../../scripts/admin/client.mjs";
import { localDatabase, readConfig, stateFolder } from "../../scripts/config.mjs";
import { runMain } from "../../scripts/process.mjs";
import { BUILT, modules } from "../../scripts/serve.mjs";

/** How long what is written behind a reply may take, and how long it is quiet when all is there. */
const PATIENCE_MS = 5_000;
const QUIET_MS = 150;
/** The same where a job may go on behind a reply, on a machine that has other things to do. */
const LONG_MS = 1_500;
/** For how long an instance remembers who listens, and a little more. */
const FORGOTTEN_MS = 5_200;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SCIM = "https://worker.invalid/scim/v2";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const USER = "urn:ietf:params:scim:schemas:core:2.0:User";

/**
 * The Worker as it is, with two doors besides: one asks its database and is not measured, one calls
 * the cron at a time, so that an hour need not be waited for.
 */
const DOORS = `import worker from "./index.js";
let ahead = 0;
const now = Date.now;
Date.now = () => now() + ahead;
export default {
  ...worker,
  async fetch(request, env, context) {
    const { host } = new URL(request.url);
    if (host === "sql.invalid") return Response.json((await env.RAW.prepare(await request.text()).all()).results);
    if (host !== "minute.invalid") return worker.fetch(request, env, context);
    ahead = Number(await request.text()) - now();
    try {
      await worker.scheduled({ cron: "* * * * *" }, env, context);
    } finally {
      ahead = 0;
    }
    return new Response();
  },
};`;

/** D1 that tells of each batch. */
const D1 = `export default ({ DB, TELL }) => {
  const batch = async (statements) => {
    const answers = await DB.batch(statements.map(({ prepared }) => prepared));
    const sum = (name) => answers.reduce((sum, { meta }) => sum + meta[name], 0);
    const told = { statements: statements.length, read: sum("rows_read"), written: sum("rows_written"), is_log: statements.some(({ text }) => text.includes("INTO requests")) };
    await TELL.fetch("http://batch/", { method: "POST", body: JSON.stringify(told) });
    return answers;
  };
  const prepare = (text, prepared = DB.prepare(text)) => ({
    text, prepared,
    bind: (...values) => prepare(text, prepared.bind(...values)),
    all: async () => (await batch([prepare(text, prepared)]))[0],
  });
  return { prepare, batch };
};`;

/** Tells what came by the queue. */
const CONSUMER = `export default {
  async queue({ messages }, { TELL }) {
    for (const { body } of messages) await TELL.fetch("http://message/", { method: "POST", body: JSON.stringify(body) });
  },
};`;

const measured = {};
let batches = [];
let messages = [];

/** The Worker with these variables. */
async function start(vars) {
  const { compatibility_date: compatibilityDate, compatibility_flags: compatibilityFlags, name, ...config } = await readConfig();
  const { modulesRoot, modules: built } = await modules(process.env.PLAIN_WORKER ?? BUILT);
  const module = (path, contents) => ({ type: "ESModule", path, contents });
  const tell = async (request) => {
    const list = new URL(request.url).host === "batch" ? batches : messages;
    list.push(await request.json());
    return new Response();
  };
  const { d1Databases: { DB }, ...local } = localDatabase(config, stateFolder());
  const [token, admin] = ["a-token", "an-admin-token"].map((name) => `${name}-of-what-costs-something-behind-replies`);
  const miniflare = new Miniflare({
    ...local,
    // Our own output is what was measured.
    handleRuntimeStdio: (stdout, stderr) => [stdout, stderr].forEach((stream) => stream.pipe(process.stderr)),
    workers: [
      {
        name,
        modulesRoot,
        modules: [module(join(modulesRoot, "doors.js"), DOORS), ...built],
        compatibilityDate,
        compatibilityFlags,
        bindings: { SCIM_TOKEN: token, ADMIN_TOKEN: admin, MASTER_KEY: process.argv[2], ...vars },
        d1Databases: { RAW: DB },
        wrappedBindings: { DB: { scriptName: "d1" } },
        queueProducers: { QUEUE: "wakes" },
        outboundService: () => new Response("thanks"),
      },
      { name: "d1", modules: [module("d1.mjs", D1)], d1Databases: { DB }, serviceBindings: { TELL: tell } },
      { name: "consumer", modules: [module("consumer.mjs", CONSUMER)], queueConsumers: { wakes: { maxBatchSize: 1, maxBatchTimeout: 0 } }, serviceBindings: { TELL: tell } },
    ],
  });
  const fetch = (...request) => miniflare.dispatchFetch(...request);
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" };
  const sent = async (url, init) => {
    const reply = await fetch(url, init);
    const said = await reply.text();
    if (!reply.ok) throw new Error(`${url}: ${reply.status} ${said}`);
    return said && JSON.parse(said);
  };
  return {
    ...callsOf({ base: new URL("https://worker.invalid/admin/v1"), token: admin, fetch }),
    scim: (method, path, body) => sent(SCIM + path, { method, headers, body: JSON.stringify(body) }),
    minute: (time = next()) => sent("https://minute.invalid/", { method: "POST", body: String((hand = time)) }),
    number: async (text) => (await sent("https://sql.invalid/", { method: "POST", body: text }))[0].n,
    close: () => miniflare.dispose(),
  };
}

/** Waits until nothing more is asked, and for the log where there is one. */
async function quiet(isOver = () => true, calm = QUIET_MS) {
  const end = performance.now() + PATIENCE_MS;
  for (let last = -1; performance.now() < end; ) {
    if (isOver() && batches.length === last) return;
    last = batches.length;
    await new Promise((done) => setTimeout(done, calm));
  }
}

/** Notes what a piece of work has asked of the database. */
async function measure(name, work, isOver, calm) {
  await quiet();
  batches = [];
  messages = [];
  const result = await work();
  await quiet(isOver, calm);
  measured[name] = { batches: [...batches], messages: messages.length };
  return result;
}

const isLogged = () => batches.some(({ is_log }) => is_log);
/** Where the clock of the cron stands, which goes on by a minute each time. */
let hand = Date.now();
/** The next minute, but an hour's first, and its second, which trims the log of tenant 1. */
function next() {
  const after = hand - (hand % MINUTE) + MINUTE;
  return after % HOUR < 2 * MINUTE ? after - (after % HOUR) + 2 * MINUTE : after;
}
/** The first of the next hour, some days later. */
const first = (days = 0) => hand - (hand % HOUR) + HOUR + days * DAY;
const user = (name) => ({ schemas: [USER], userName: name, externalId: name });
const bulk = (operations) => ({ schemas: [BULK], Operations: operations });
const creates = (prefix, count) => bulk([...Array(count).keys()].map((n) => ({ method: "POST", path: "/Users", bulkId: `b${n}`, data: user(`${prefix}-${n}`) })));
const deletes = (ids) => bulk(ids.map((id) => ({ method: "DELETE", path: `/Users/${id}` })));
const idsOf = ({ Operations }) => Operations.map(({ location }) => location.split("/").at(-1));

async function log(face) {
  const users = "/tenants/1/scim/v2/Users";
  const measureLogged = (name, work) => measure(name, work, isLogged);
  await face.patch("/tenants/1", { settings: { request_log: { mode: "all", bodies: true } } });
  const { id } = await measureLogged("log: POST", () => face.post(users, { userName: "ada" }));
  await measureLogged("log: GET", () => face.get(`${users}/${id}`));
  await measureLogged("log: refused", () => face.post(users, { userName: "ada" }).catch(() => {}));
  await measureLogged("log: DELETE", () => face.remove(`${users}/${id}`));
  await measure("log: status", () => face.get("/status"));
  await face.patch("/tenants/1", { settings: { request_log: { mode: "off" } } });
}

/** Minutes until all is sealed, then what each minute costs. */
async function minutes(face) {
  const { scim, minute } = face;
  for (let before = -1, sealed = 0; sealed !== before; ) {
    before = sealed;
    await minute();
    sealed = await face.number("SELECT position AS n FROM sealing");
  }
  await measure("Minute with nothing to do", () => minute());
  await scim("POST", "/Bulk", creates("sealed", 100));
  await measure("Minute: 100 events sealed", () => minute());
  await measure("verify", () => face.get("/tenants/1/events/verify"));
  measured.verify.seals = await face.number("SELECT count(*) AS n FROM seals WHERE tenant_id = 1");
  measured.verify.sealed = await face.number("SELECT count(*) AS n FROM events WHERE tenant_id = 1");
  const made = (await scim("POST", "/Users", user("erased"))).id;
  await scim("DELETE", `/Users/${made}`);
  await minute();
  const erasure = "Erasure of a user with two events, all sealed";
  await measure(erasure, () => face.post("/tenants/1/erase", { resource: made }));
  measured[erasure].seals = await face.number("SELECT count(*) AS n FROM seals WHERE tenant_id = 1");
  await minute();
  await measure("First minute of an hour, nothing to do", () => minute(first()));
}

async function deliveries(face) {
  const { scim, minute } = face;
  // What it knew of who listens it has forgotten by then.
  await new Promise((done) => setTimeout(done, FORGOTTEN_MS));
  await measure("POST user, nobody listens", () => scim("POST", "/Users", user("unheard")));
  await measure("POST user, known that nobody listens", () => scim("POST", "/Users", user("unheard too")));
  const { id } = await face.post("/webhooks", { url: "https://app.example.com/hook", tenant: 1, types: ["user.*"] });
  await minute();
  await measure("POST user, a webhook listens", () => scim("POST", "/Users", user("heard")), () => messages.length > 0);
  await minute();
  await measure("Minute with a webhook, nothing due", () => minute());
  await scim("POST", "/Bulk", creates("due", 20));
  await measure("Minute: 20 events sealed and delivered", () => minute());
  measured["Minute: 20 events sealed and delivered"].delivered = (await face.get(`/webhooks/${id}/deliveries?limit=200`)).data.length;
  await face.remove(`/webhooks/${id}`);
}

async function sweeps(face) {
  const { scim, minute, number } = face;
  await face.patch("/tenants/1", { settings: { deletes: "soft" } });
  const made = idsOf(await scim("POST", "/Bulk", creates("kept", 50)));
  await scim("POST", "/Bulk", deletes(made));
  await minute();
  await measure("First minute of an hour: 50 deleted users purged", () => minute(first(31)));
  await face.patch("/tenants/1", { settings: { deletes: "hard" } });
  const before = await number("SELECT count(*) AS n FROM events");
  await measure("First minute of an hour: events trimmed", () => minute(first(100)));
  measured["First minute of an hour: events trimmed"].events = before - (await number("SELECT count(*) AS n FROM events"));
}

async function exports(face) {
  const rows = await measure("export", async () => {
    let rows = 0;
    for await (const text of await face.stream("/tenants/1/export")) rows += Buffer.from(text).toString().split("\n").length - 1;
    return rows;
  });
  measured.export.rows = rows;
}

/** Jobs of the free plan: statements of each event of the Worker. */
async function jobs(face) {
  const { minute } = face;
  const steps = async (name, begin) => {
    const { id } = await measure(`${name}: its request`, begin, undefined, LONG_MS);
    for (let step = 1; step < 100; step += 1) {
      await measure(`${name}: minute ${step}`, () => minute());
      const done = await face.number(`SELECT count(*) AS n FROM jobs WHERE id = '${id}' AND finished_at IS NOT NULL`);
      if (done) return (await face.get(`/jobs/${id}`)).result;
    }
    throw new Error(`${name} was not finished`);
  };
  const lines = [...Array(3_000).keys()].map((n) => JSON.stringify(user(`free-${n}`))).join("\n");
  await steps("job: import of 3,000 lines", () => face.lines("/tenants/1/import", lines));
  const newest = await face.number("SELECT max(seq) AS n FROM events WHERE tenant_id = 1");
  await steps("job: undo of 700 events", () => face.post("/tenants/1/undo", { from_seq: newest - 700 }));
  const { id } = await face.post("/tenants", { name: "Gone" });
  await face.lines(`/tenants/${id}/import`, lines.split("\n").slice(0, 1_000).join("\n"));
  await steps("job: end of a tenant of 1,000 users", () => face.remove(`/tenants/${id}?confirm=Gone`));
}

/** All at once, on the free plan: an import, webhooks, events to seal, an hour that begins. */
async function busy(face) {
  const hooks = [];
  for (const name of ["a", "b", "c"]) {
    const url = `https://app.example.com/${name}`;
    hooks.push(await face.post("/webhooks", { url, tenant: 1 }));
  }
  const lines = [...Array(2_000).keys()].map((n) => JSON.stringify(user(`busy-${n}`))).join("\n");
  await measure("busy: request", () => face.lines("/tenants/1/import", lines), undefined, LONG_MS);
  for (let step = 1; step <= 4; step += 1) await measure(`busy: minute ${step}`, () => face.minute());
  await measure("busy: first minute of an hour", () => face.minute(first()));
  for (const { id } of hooks) await face.remove(`/webhooks/${id}`);
}

await runMain(async () => {
  const paid = await start({});
  await log(paid);
  await exports(paid);
  await minutes(paid);
  await deliveries(paid);
  await paid.close();
  const free = await start({ PLAN: "free" });
  await jobs(free);
  await busy(free);
  await free.close();
  const late = await start({});
  await sweeps(late);
  await late.close();
  console.log(JSON.stringify(measured));
}, []);
