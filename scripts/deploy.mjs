// `npm run deploy`: migrations and Worker to the Cloudflare account that wrangler is logged in to. What is missing is
// said with the command that mends it. `--dry-run` builds and packs without an account.

import { readFile, writeFile } from "node:fs/promises";
import { build } from "./build.mjs";
import { checkSize } from "./size.mjs";
import { CONFIG, database, NO_DATABASE_ID, readConfig } from "./config.mjs";
import { reason, wrangler, wranglerProgram } from "./d1.mjs";
import { run } from "./process.mjs";
import { Problem, say, step } from "./say.mjs";

export async function main(args) {
  const other = args.find((argument) => argument !== "--dry-run");
  if (other !== undefined) {
    throw new Problem(`\`npm run deploy\` takes --dry-run and no other argument: \`${other}\` would reach the Worker alone, not its database and migrations.`);
  }
  await build();
  await checkSize();
  if (args.length > 0) {
    await runWrangler("deploy", "--dry-run");
    say("Nothing was deployed: this was a dry run");
    return;
  }
  await checkLogin();
  const name = await ensureDatabase();
  // The new tables suit the release that is running, so they go first.
  await step("Applying the migrations to the deployed database", () => runWrangler("d1", "migrations", "apply", name, "--remote"));
  await step("Deploying the Worker", () => runWrangler("deploy"));
  await sayWhatIsNext();
}

function runWrangler(...args) {
  return run(process.execPath, [wranglerProgram(), ...args], {
    env: { CI: "true", WRANGLER_SEND_METRICS: "false" },
    problem: `\`wrangler ${args.join(" ")}\` failed; it says why above.`,
  });
}

async function checkLogin() {
  const { code, stdout, stderr } = await wrangler("whoami", "--json");
  if (code === 0) return;
  if (/API hostname|fetch failed|ENOTFOUND|EAI_AGAIN/.test(stdout + stderr)) {
    throw new Problem("Cloudflare cannot be reached: check the network and run `npm run deploy` again.");
  }
  throw new Problem(
    process.env.CLOUDFLARE_API_TOKEN
      ? "Cloudflare refuses the CLOUDFLARE_API_TOKEN of the environment: give one that may edit Workers and D1, and run `npm run deploy` again."
      : "wrangler is not logged in to Cloudflare: run `npx wrangler login` (or set CLOUDFLARE_API_TOKEN) and then `npm run deploy` again.",
  );
}

/** The database of wrangler.toml; while that names none, the account's of that name, made if need be. */
async function ensureDatabase() {
  const { database_id: id, database_name: name } = database(await readConfig());
  if (id !== NO_DATABASE_ID) return name;
  const found = (await findDatabase(name)) ?? (await createDatabase(name));
  const text = await readFile(CONFIG, "utf8");
  await writeFile(CONFIG, text.replace(`database_id = "${NO_DATABASE_ID}"`, `database_id = "${found}"`));
  say(`The id of the database \`${name}\` is now in wrangler.toml: commit it`);
  return name;
}

async function findDatabase(name) {
  const { code, stdout, stderr } = await wrangler("d1", "list", "--json");
  if (code !== 0) throw new Problem(`wrangler could not list the account's databases: ${reason(stdout, stderr)}`);
  return JSON.parse(stdout.slice(stdout.indexOf("["))).find((entry) => entry.name === name)?.uuid;
}

async function createDatabase(name) {
  await step(`Making the database \`${name}\``, () => runWrangler("d1", "create", name));
  const made = await findDatabase(name);
  if (made) return made;
  throw new Problem(`the database \`${name}\` was made but is not listed yet: run \`npm run deploy\` again in a minute.`);
}

async function sayWhatIsNext() {
  const { code, stdout } = await wrangler("secret", "list");
  if (code === 0 && stdout.includes('"SCIM_TOKEN"')) {
    say("Deployed. A SCIM_TOKEN under 32 characters opens nothing: if yours is shorter, `npx wrangler secret put SCIM_TOKEN`");
    return;
  }
  say("Deployed. Whoever has no token is refused; this makes one:");
  say("  npm run token -- create --remote --label NAME-OF-THE-PROVIDER");
  say("The base URL is the address that wrangler shows above, followed by /scim/v2");
}
