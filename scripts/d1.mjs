// SQL against the project's databases, the local ones or the deployed ones, with the same calls:
// `batch(binding, [[text, ...values], ...])` for what D1 answers to each of several statements, of
// which all are done or none.

import { lookup } from "node:dns/promises";
import { createRequire } from "node:module";
import { keepPrivate, localDatabase, NO_DATABASE_ID, readConfig, readLocalConfig, shards, stateFolder } from "./config.mjs";
import { migrate } from "./migrate.mjs";
import { capture } from "./process.mjs";
import { Problem } from "./say.mjs";

/** Opens them; `bindings` names them, as wrangler.toml does. */
export async function openDatabases({ remote, env: environment }) {
  if (environment !== undefined && !remote) throw new Problem("--env names a deployment: give it together with --remote.");
  const config = remote ? await readConfig(environment) : await readLocalConfig();
  const opened = remote ? openRemote(config, environment) : await openLocal(config, stateFolder());
  return { ...opened, bindings: shards(config).map(({ binding }) => binding) };
}

/**
 * What answers for the local databases: a Worker of a few lines, asked over HTTP. Miniflare's own
 * way to a binding from outside waits for each call in a thread, and on a busy machine it now and
 * then takes no answer for one ("AssertionError: false == true"), which loses every later call.
 */
const LOCAL = `export default {
  async fetch(request, env) {
    const { binding, statements } = await request.json();
    const database = env[binding];
    try {
      return Response.json(await database.batch(statements.map(([text, ...values]) => database.prepare(text).bind(...values))));
    } catch (error) {
      return new Response((error.cause ?? error).message, { status: 500 });
    }
  },
};`;

/** Brings the tables of the local D1 in this folder up to date. */
export async function migrateLocal(config, state) {
  const databases = await openLocal(config, state);
  await databases.close();
}

/** The local ones, migrated; they may be in use by a running `npm start`. */
async function openLocal(config, state) {
  await keepPrivate(state);
  const { Log, LogLevel, Miniflare } = await import("miniflare");
  const miniflare = new Miniflare({ modules: true, script: LOCAL, ...localDatabase(config, state), log: new Log(LogLevel.ERROR) });
  const close = () => miniflare.dispose();
  const batch = async (binding, statements) => {
    const reply = await miniflare.dispatchFetch("http://local/", { method: "POST", body: JSON.stringify({ binding, statements }) });
    if (!reply.ok) throw new Error(await reply.text());
    return reply.json();
  };
  try {
    for (const { binding } of shards(config)) await migrate((statements) => batch(binding, statements));
  } catch (error) {
    await close();
    throw error;
  }
  return { batch, close };
}

/** The deployed ones, through wrangler: it takes no parameters, so values become SQL literals. */
function openRemote(config, environment) {
  const names = Object.fromEntries(shards(config).map(({ binding, database_id: id, database_name: name }) => {
    if (id !== NO_DATABASE_ID) return [binding, name];
    throw new Problem(`wrangler.toml names no deployed database here yet: run \`${deployCommand(environment)}\` first.`);
  }));
  // D1 executes several statements that come at once as a batch.
  const batch = async (binding, statements) => {
    const command = statements.map(([text, ...values]) => inline(text, values)).join("; ");
    const { code, stdout, stderr } = await wrangler("d1", "execute", names[binding], "--remote", ...environmentArguments(environment), "--json", "--yes", "--command", command);
    const start = stdout.indexOf("[");
    if (code !== 0 || start === -1) throw new Problem(`wrangler could not ask the deployed database: ${await reason(stdout, stderr)}`);
    return JSON.parse(stdout.slice(start));
  };
  return { batch, close: async () => {} };
}

/** Runs the project's own wrangler quietly, asking nothing. */
export function wrangler(...args) {
  return capture(process.execPath, [wranglerProgram(), ...args], { env: { CI: "true", WRANGLER_SEND_METRICS: "false" } });
}

/**
 * The environment of wrangler.toml for wrangler itself; said also where it is none, or wrangler
 * asks which is meant.
 */
export function environmentArguments(environment) {
  return ["--env", environment ?? ""];
}

/** The command that deploys this environment. */
export function deployCommand(environment) {
  return environment === undefined ? "npm run deploy" : `npm run deploy -- --env ${environment}`;
}

export function wranglerProgram() {
  return createRequire(import.meta.url).resolve("wrangler/bin/wrangler.js");
}

/** What wrangler says when it got no answer. */
const UNREACHED = /API hostname|fetch failed|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/;
export const NO_NETWORK = "Cloudflare cannot be reached: check the network and run the command again.";

/**
 * Whether it was the network. wrangler takes a log-in that it could not renew for none, so the name
 * is looked up here.
 */
export async function isUnreached(said) {
  if (UNREACHED.test(said)) return true;
  if (process.env.HTTPS_PROXY || process.env.https_proxy) return false;
  return lookup("api.cloudflare.com").then(() => false, () => true);
}

/** The words of wrangler's error, without its boxes and colours. */
export async function reason(stdout, stderr) {
  const text = `${stderr}\n${stdout}`.replace(/\u001b\[[\d;]*m/g, "");
  if (await isUnreached(text)) return NO_NETWORK;
  if (text.includes("necessary to set a CLOUDFLARE_API_TOKEN")) {
    return "it is not logged in to Cloudflare: run `npx wrangler login` (or set CLOUDFLARE_API_TOKEN) and the command again.";
  }
  if (text.includes("no such table")) return "it lacks a table of this version: run `npm run deploy`, which applies the migrations, and the command again.";
  const error = text.match(/"text":\s*"([^"]+)"/) ?? text.match(/\[ERROR\]\s*([^\n]+)/) ?? text.match(/(\S[^\n]*)/);
  return error?.[1] ?? "it said nothing";
}

/** `?1`, `?2` … become literals. */
export function inline(text, values) {
  return text.replace(/\?(\d+)/g, (_, number) => literal(values[number - 1]));
}

function literal(value) {
  if (value === null) return "NULL";
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value !== "string" || value.includes("\0")) throw new TypeError(`no SQL literal for ${JSON.stringify(value)}`);
  return `'${value.replaceAll("'", "''")}'`;
}
