// `npm run deploy`: migrations and Worker to the Cloudflare account that wrangler is logged in to.
// What is missing is said with the command that mends it. `--dry-run` builds and packs without an
// account; `--env NAME` deploys that environment of wrangler.toml, with a database of its own.

import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { warnOfSize } from "./size.mjs";
import { CONFIG, LOCAL, NO_DATABASE_ID, readConfig, shards } from "./config.mjs";
import { deployCommand, environmentArguments, isUnreached, NO_NETWORK, reason, wrangler, wranglerProgram } from "./d1.mjs";
import { packages } from "./packages.mjs";
import { run } from "./process.mjs";
import { Problem, say, step } from "./say.mjs";

const OPTIONS = { "dry-run": { type: "boolean", default: false }, env: { type: "string" } };

export async function main(args) {
  const { "dry-run": dry, env: environment } = parse(args);
  if (environment === LOCAL) throw new Problem(`the environment \`${LOCAL}\` of wrangler.toml is what \`npm start\` serves with, and is not deployed: name another, or none.`);
  await packages();
  const config = await readConfig(environment);
  await build();
  await warnOfSize();
  const of = environmentArguments(environment);
  if (dry) {
    await runWrangler("deploy", "--dry-run", ...of);
    say("Nothing was deployed: this was a dry run");
    return;
  }
  await checkLogin();
  for (const entry of shards(config)) {
    const name = await ensureDatabase(entry, environment);
    // The new tables suit the release that is running, so they go first.
    await step(`Applying the migrations to the deployed database \`${name}\``, () => runWrangler("d1", "migrations", "apply", name, "--remote", ...of));
  }
  for (const { queue } of config.queues.producers ?? []) await ensureQueue(queue, environment);
  await step("Deploying the Worker", () => runWrangler("deploy", ...of));
  await sayWhatIsNext(environment);
}

function parse(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new Problem(`\`npm run deploy\` takes --dry-run and --env NAME, and no other argument, which would reach the Worker alone, not its database and migrations: ${error.message}`);
  }
}

function runWrangler(...args) {
  return run(process.execPath, [wranglerProgram(), ...args], {
    env: { CI: "true", WRANGLER_SEND_METRICS: "false" },
    problem: `\`wrangler ${args.map((argument) => argument || "''").join(" ")}\` failed; it says why above.`,
  });
}

async function checkLogin() {
  const { code, stdout, stderr } = await wrangler("whoami", "--json");
  if (code === 0) return;
  if (await isUnreached(stdout + stderr)) throw new Problem(NO_NETWORK);
  throw new Problem(
    process.env.CLOUDFLARE_API_TOKEN
      ? "Cloudflare refuses the CLOUDFLARE_API_TOKEN of the environment: give one that may edit Workers and D1, and run `npm run deploy` again."
      : "wrangler is not logged in to Cloudflare: run `npx wrangler login` (or set CLOUDFLARE_API_TOKEN) and then `npm run deploy` again.",
  );
}

/**
 * A database of wrangler.toml; while that names none, the account's of that name, made if need be.
 */
async function ensureDatabase({ database_id: id, database_name: name }, environment) {
  if (id !== NO_DATABASE_ID) return name;
  const found = (await findDatabase(name)) ?? (await createDatabase(name, environment));
  const text = await readFile(CONFIG, "utf8");
  await writeFile(CONFIG, withDatabaseId(text, name, found));
  say(`The id of the database \`${name}\` is now in wrangler.toml: commit it`);
  return name;
}

/**
 * wrangler.toml with the id of the database of this name in place of none: the one that stands
 * behind the name.
 */
export function withDatabaseId(text, name, id) {
  const entry = text.indexOf(`database_name = "${name}"`);
  const place = text.indexOf(`database_id = "${NO_DATABASE_ID}"`, entry);
  if (entry === -1 || place === -1) {
    throw new Problem(`the id of the database \`${name}\` is ${id}: write it into wrangler.toml, behind its name, and run the command again.`);
  }
  return `${text.slice(0, place)}database_id = "${id}"${text.slice(place + `database_id = "${NO_DATABASE_ID}"`.length)}`;
}

async function findDatabase(name) {
  const { code, stdout, stderr } = await wrangler("d1", "list", "--json");
  if (code !== 0) throw new Problem(`wrangler could not list the account's databases: ${await reason(stdout, stderr)}`);
  return JSON.parse(stdout.slice(stdout.indexOf("["))).find((entry) => entry.name === name)?.uuid;
}

async function createDatabase(name, environment) {
  await step(`Making the database \`${name}\``, () => runWrangler("d1", "create", name));
  const made = await findDatabase(name);
  if (made) return made;
  throw new Problem(`the database \`${name}\` was made but is not listed yet: run \`${deployCommand(environment)}\` again in a minute.`);
}

/** The queue of wrangler.toml, made if need be. */
async function ensureQueue(name, environment) {
  const { code, stdout, stderr } = await wrangler("queues", "info", name);
  if (code === 0) return;
  const said = stdout + stderr;
  if (await isUnreached(said)) throw new Problem(NO_NETWORK);
  const made = await step(`Making the queue \`${name}\``, () => wrangler("queues", "create", name));
  if (made.code === 0 || /already (exists|taken)/i.test(made.stdout + made.stderr)) return;
  throw new Problem(noQueue(name, await reason(made.stdout, made.stderr), environment));
}

/** Why there is no queue, and what works without. */
export function noQueue(name, why, environment) {
  return `the queue \`${name}\` could not be made (${why}): make it in the dashboard, or take the tables [[queues.…]] out of wrangler.toml, and run \`${deployCommand(environment)}\` again. Without a queue, webhooks and jobs go on each minute.`;
}

async function sayWhatIsNext(environment) {
  const of = environmentArguments(environment);
  const { code, stdout } = await wrangler("secret", "list", ...of);
  if (code === 0 && stdout.includes('"SCIM_TOKEN"')) {
    const put = `npx wrangler secret put SCIM_TOKEN${environment === undefined ? "" : ` --env ${environment}`}`;
    say(`Deployed. A SCIM_TOKEN under 32 characters opens nothing: if yours is shorter, \`${put}\``);
    return;
  }
  say("Deployed. Whoever has no token is refused; this makes one:");
  say(`  npm run token -- create --remote${environment === undefined ? "" : ` --env ${environment}`} --label NAME-OF-THE-PROVIDER`);
  say("The base URL is the address that wrangler shows above, followed by /scim/v2");
}
