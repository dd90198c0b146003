// The cargo tools in exactly the versions this project is built with, kept in .tools, which git
// ignores.
//
// They are built without optimization: measured on two cores, wasm-bindgen takes 80 s of processor
// time that way (several times that in release) and then 0.4 s for each build of the Worker, so a
// faster tool would never pay back.

import { readFile, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { capture, ROOT, run } from "./process.mjs";
import { rust } from "./rust.mjs";
import { Problem, say, step } from "./say.mjs";

const TOOLS = join(ROOT, ".tools");
const CARGO_DENY = "0.20.2";

/** wasm-bindgen: its version must be that of the library, to the digit. */
export async function wasmBindgen() {
  const version = await lockedVersion("wasm-bindgen");
  const path = await tool("wasm-bindgen", "wasm-bindgen-cli", version, ["--bin", "wasm-bindgen"]);
  return { path, version };
}

export function cargoDeny() {
  return tool("cargo-deny", "cargo-deny", CARGO_DENY, []);
}

/**
 * The path of a tool: the one on the PATH or in .tools if its version is right, otherwise
 * installed.
 */
async function tool(program, crate, version, args) {
  const kept = join(TOOLS, "bin", program);
  for (const path of [kept, program]) {
    const { code, stdout } = await capture(path, ["--version"]);
    if (code === 0 && stdout.trim().split(" ").at(-1) === version) return path;
  }
  await rust();
  await step(`Installing ${crate} ${version}`, () => install(crate, version, args));
  return kept;
}

async function install(crate, version, args) {
  if (await prebuilt(crate, version)) return;
  const target = join(TOOLS, `target-${crate}`);
  const options = {
    label: crate,
    env: {
      CARGO_TARGET_DIR: target,
      CARGO_PROFILE_DEV_DEBUG: "0",
      CARGO_PROFILE_DEV_OPT_LEVEL: "0",
      CARGO_FUTURE_INCOMPAT_REPORT_FREQUENCY: "never",
      PATH: `${process.env.PATH}${delimiter}${join(TOOLS, "bin")}`,
    },
  };
  // TLS is for the downloads of its test runner, which is not wanted here.
  const install = ["install", crate, "--version", version, "--root", TOOLS, "--debug", "--no-default-features", ...args];
  try {
    // With the versions its author released it with; where a registry has not all of them, with
    // what it has.
    await run("cargo", [...install, "--locked"], options).catch(() => {
      say("The registry has not all of its author's versions: with those that it has, then");
      return run("cargo", install, options);
    });
  } catch {
    throw new Problem(`${crate} ${version} could not be installed (cargo says why above); check the network and run the command again.`);
  }
  await rm(target, { recursive: true, force: true });
}

/** Fetched ready-made where cargo-binstall is there to do it; a refusal costs a moment. */
async function prebuilt(crate, version) {
  if ((await capture("cargo", ["binstall", "-V"])).code !== 0) return false;
  const args = ["binstall", "--no-confirm", "--disable-strategies", "compile", "--maximum-resolution-timeout", "5", "--root", TOOLS, `${crate}@${version}`];
  return run("cargo", args, { label: crate }).then(() => true, () => false);
}

async function lockedVersion(name) {
  const lock = await readFile(join(ROOT, "Cargo.lock"), "utf8").catch(async () => {
    await rust();
    await run("cargo", ["generate-lockfile"]);
    return readFile(join(ROOT, "Cargo.lock"), "utf8");
  });
  const version = lock.match(new RegExp(`^name = "${name}"\nversion = "(.+)"`, "m"))?.[1];
  if (!version) throw new Problem(`Cargo.lock names no version of ${name}: run \`cargo update\` and the command again.`);
  return version;
}
