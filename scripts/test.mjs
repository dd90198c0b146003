// `npm test`: every test, those against the built Worker on workerd included. What follows `--` goes to cargo test.

import { build } from "./build.mjs";
import { run } from "./process.mjs";

export async function main(args) {
  await build();
  await run("cargo", ["test", "--workspace", "--features", "workerd", "--no-fail-fast", ...args], { problem: "a test failed; which one is above." });
}
