// `npm test`: every test, those against built Workers on workerd included. The operator's own Worker is built, to see
// that it can be; what is tested has the schemas that the tests know. What follows `--` goes to cargo test.

import { build, buildForTests } from "./build.mjs";
import { run } from "./process.mjs";

export async function main(args) {
  await build();
  const env = await buildForTests();
  await run("cargo", ["test", "--workspace", "--features", "workerd", "--no-fail-fast", ...args], { env, problem: "a test failed; which one is above." });
}
