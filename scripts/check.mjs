// `npm run check`: the gate, in order; the first step that fails ends it.

import { build } from "./build.mjs";
import { capture, run } from "./process.mjs";
import { say } from "./say.mjs";
import { checkSize } from "./size.mjs";
import { cargoDeny } from "./tools.mjs";

const cargo = (...args) => () => run("cargo", args);

const STEPS = [
  ["format", cargo("fmt", "--all", "--check")],
  ["lints", cargo("clippy", "--workspace", "--all-targets", "--features", "workerd", "--", "-D", "warnings")],
  ["lints of the Worker", cargo("clippy", "--target", "wasm32-unknown-unknown", "--", "-D", "warnings")],
  ["tests", cargo("test", "--workspace")],
  ["no_std", cargo("build", "-p", "scim", "--target", "wasm32v1-none")],
  ["documentation", () => run("cargo", ["doc", "--workspace", "--no-deps"], { env: { RUSTDOCFLAGS: "-Dwarnings" } })],
  ["dependencies", async () => run(await cargoDeny(), ["check", "licenses", "bans", "sources"])],
  ["advisories", checkAdvisories],
  ["size", checkSize],
];

/** Known holes of the crates, by the RustSec database; without a network there is none to ask. */
async function checkAdvisories() {
  const deny = await cargoDeny();
  const { code, stdout, stderr } = await capture(deny, ["fetch", "db"]);
  if (code === 0) return run(deny, ["check", "--disable-fetch", "advisories"]);
  const [why] = `${stderr}\n${stdout}`.trim().split("\n");
  say(`Not checked: the database of advisories cannot be had from here (${why.trim()}). CI, or \`cargo deny check advisories\` with a network does it`);
}

export async function main() {
  await build();
  for (const [index, [name, work]] of STEPS.entries()) {
    say(`[${index + 1}/${STEPS.length}] ${name}`);
    await work();
  }
  say("The gate is green");
}
