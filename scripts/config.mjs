// What wrangler.toml says, and where the local data lives.

import { chmod, mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ROOT } from "./process.mjs";
import { Problem } from "./say.mjs";

export const CONFIG = join(ROOT, "wrangler.toml");

/** What stands in wrangler.toml until there is a database in an account. */
export const NO_DATABASE_ID = "00000000-0000-0000-0000-000000000000";

/** wrangler's own folder, unless STATE_DIR names another. */
export function stateFolder(given = process.env.STATE_DIR) {
  return given ? resolve(given) : join(ROOT, ".wrangler/state");
}

/**
 * The settings of an environment of wrangler.toml, such as `staging`; those outside of any where
 * none is named.
 */
export async function readConfig(environment) {
  const { unstable_readConfig } = await import("wrangler");
  const known = await environments();
  if (environment !== undefined && !known.includes(environment)) {
    const there = known.length === 0 ? "none" : known.join(", ");
    throw new Problem(`wrangler.toml has no environment \`${environment}\` (there is ${there}): add [env.${environment}] as docs/deploying.md shows.`);
  }
  return unstable_readConfig({ config: CONFIG, env: environment }, { hideWarnings: true });
}

async function environments() {
  const { experimental_readRawConfig } = await import("wrangler");
  return Object.keys(experimental_readRawConfig({ config: CONFIG }).rawConfig.env ?? {});
}

/** The environment of wrangler.toml that is for a laptop alone. */
export const LOCAL = "local";

/**
 * The settings outside of any environment, with the shards of `local` where they have none but the
 * first: what runs on this machine has two.
 */
export async function readLocalConfig() {
  const config = await readConfig();
  if (shards(config).length > 1 || !(await environments()).includes(LOCAL)) return config;
  const [, ...more] = shards(await readConfig(LOCAL));
  return { ...config, d1_databases: [...config.d1_databases, ...more] };
}

/** The D1 database's entry, and the id that names it locally. */
export function database(config) {
  const entry = config.d1_databases.find(({ binding }) => binding === "DB");
  if (!entry) throw new Problem("wrangler.toml names no D1 database with the binding DB here: an environment needs its own [[env.NAME.d1_databases]].");
  return { ...entry, localId: entry.preview_database_id ?? entry.database_id };
}

/** The entries of all shards, in order: `DB` is the first, `DB_2` the second, and so on. */
export function shards(config) {
  const number = ({ binding }) => Number(/^DB_([1-9]\d{0,3})$/.exec(binding)?.[1] ?? 0);
  const others = config.d1_databases.filter((entry) => number(entry) > 1).sort((one, other) => number(one) - number(other));
  return [database(config), ...others.map((entry) => ({ ...entry, localId: entry.preview_database_id ?? entry.database_id }))];
}

/** Options for Miniflare that open the same local D1 as wrangler does for this state folder. */
export function localDatabase(config, state) {
  return {
    d1Databases: Object.fromEntries(shards(config).map(({ binding, localId }) => [binding, localId])),
    d1Persist: join(state, "v3/d1"),
    // No look-up of what a real request from here would say of its origin.
    cf: false,
  };
}

/** Sees to it that nobody else on this machine reads the local data, which has people in it. */
export async function keepPrivate(state) {
  // What is made from here on; and what is there. Of a folder that was named to us only the part
  // that is ours.
  process.umask(0o077);
  await mkdir(join(state, "v3"), { recursive: true });
  await close(join(state, "v3"));
}

async function close(folder) {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await close(path);
    // SQLite takes its side files away when it closes.
    else if (entry.isFile()) await chmod(path, 0o600).catch(() => {});
  }
}
