// What wrangler.toml says, and where the local data lives.

import { join, resolve } from "node:path";
import { ROOT } from "./process.mjs";

export const CONFIG = join(ROOT, "wrangler.toml");

/** What stands in wrangler.toml until there is a database in an account. */
export const NO_DATABASE_ID = "00000000-0000-0000-0000-000000000000";

/** wrangler's own folder, unless STATE_DIR names another. */
export function stateFolder(given = process.env.STATE_DIR) {
  return given ? resolve(given) : join(ROOT, ".wrangler/state");
}

export async function readConfig() {
  const { unstable_readConfig } = await import("wrangler");
  return unstable_readConfig({ config: CONFIG }, { hideWarnings: true });
}

/** The D1 database's entry, and the id that names it locally. */
export function database(config) {
  const entry = config.d1_databases.find(({ binding }) => binding === "DB");
  return { ...entry, localId: entry.preview_database_id ?? entry.database_id };
}

/** Options for Miniflare that open the same local D1 as wrangler does for this state folder. */
export function localDatabase(config, state) {
  return {
    d1Databases: { DB: database(config).localId },
    d1Persist: join(state, "v3/d1"),
    // No look-up of what a real request from here would say of its origin.
    cf: false,
  };
}
