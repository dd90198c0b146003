// Applies migrations/*.sql to the local D1, and keeps wrangler's own record of it, so that
// `wrangler d1 migrations apply` agrees on what is done.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./process.mjs";
import { Problem, say } from "./say.mjs";

const FOLDER = join(ROOT, "migrations");

/** wrangler's table, to the letter. */
const RECORD = `CREATE TABLE IF NOT EXISTS d1_migrations(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Applies what is not yet; `batch` does statements, `[text, ...values]`, all or none. */
export async function migrate(batch) {
  const [, { results }] = await batch([[RECORD], ["SELECT name FROM d1_migrations"]]);
  const applied = new Set(results.map(({ name }) => name));
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".sql")).sort();
  for (const name of files.filter((file) => !applied.has(file))) {
    say(`Applying the migration ${name}`);
    await apply(batch, name);
  }
}

/** Applies one migration; its record is part of the batch. */
async function apply(batch, name) {
  const { unstable_splitSqlQuery } = await import("wrangler");
  const statements = unstable_splitSqlQuery(await readFile(join(FOLDER, name), "utf8"));
  try {
    await batch([...statements.map((text) => [text]), ["INSERT INTO d1_migrations (name) VALUES (?1)", name]]);
  } catch (error) {
    throw new Problem(`the migration ${name} failed, and nothing of it was applied: ${error.message}`);
  }
}
