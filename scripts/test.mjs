// `npm test`: every test, those against built Workers on workerd included. The operator's own
// Worker is built, to see that it can be; what is tested has the schemas that the tests know. What
// follows `--` goes to cargo test.

import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { build, buildForTests } from "./build.mjs";
import { cargo } from "./cargo.mjs";
import { ROOT, run } from "./process.mjs";

export async function main(args) {
  await build();
  const env = await buildForTests();
  const test = ["test", "--workspace", "--features", "workerd", "--no-fail-fast"];
  await cargo([...test, "--no-run"], { env, problem: "the tests do not compile; cargo says where above." });
  await run("cargo", [...test, ...args], { env, problem: "a test failed; which one is above." });
  if (args.length === 0) await testOwnSchemas();
}

/**
 * A crate that depends on `scim` and has schemas of its own, with the versions of this repository.
 */
async function testOwnSchemas() {
  const cwd = join(ROOT, "examples/own-schemas");
  await copyFile(join(ROOT, "Cargo.lock"), join(cwd, "Cargo.lock"));
  await run("cargo", ["test"], { cwd, problem: "the crate in examples/own-schemas fails; how is above." });
}
