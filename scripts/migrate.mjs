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

export async function migrate(db) {
  const [, { results }] = await db.batch([db.prepare(RECORD), db.prepare("SELECT name FROM d1_migrations")]);
  const applied = new Set(results.map(({ name }) => name));
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".sql")).sort();
  for (const name of files.filter((file) => !applied.has(file))) {
    say(`Applying the migration ${name}`);
    await apply(db, name);
  }
}

/**
 * Applies one migration. A batch is all or nothing, and the record is part of it, so one that
 * failed is safe to repeat: now and then it is only the connection to workerd that failed (an
 * assertion of undici, "false == true").
 */
async function apply(db, name, isRepeated = false) {
  const { unstable_splitSqlQuery } = await import("wrangler");
  const statements = unstable_splitSqlQuery(await readFile(join(FOLDER, name), "utf8"));
  try {
    await db.batch([
      ...statements.map((text) => db.prepare(text)),
      db.prepare("INSERT INTO d1_migrations (name) VALUES (?1)").bind(name),
    ]);
  } catch (error) {
    const isDone = await db.prepare("SELECT 1 FROM d1_migrations WHERE name = ?1").bind(name).first();
    if (isDone !== null) return;
    if (!isRepeated) return apply(db, name, true);
    throw new Problem(`the migration ${name} failed, and nothing of it was applied: ${(error.cause ?? error).message}`);
  }
}
