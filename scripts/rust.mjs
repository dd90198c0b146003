// Makes the Rust tools ready: cargo, the pinned toolchain, its targets and components, a C
// compiler.

import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { capture, ROOT, run } from "./process.mjs";
import { Problem, say, step } from "./say.mjs";

const TARGETS = ["wasm32-unknown-unknown", "wasm32v1-none"];
const COMPONENTS = ["rustfmt", "clippy"];
const INSTALL_RUST = "install Rust with rustup (https://rustup.rs), open a new terminal and run the command again.";

let ready;

/** Ready once for each run, however many steps ask. */
export function rust() {
  return (ready ??= makeReady());
}

async function makeReady() {
  if ((await capture("cargo", ["--version"], { cwd: "/" })).code === null) {
    throw new Problem(`cargo, Rust's build tool, is not on the PATH: ${INSTALL_RUST}`);
  }
  await checkCompiler();
  if ((await capture("rustup", ["--version"], { cwd: "/" })).code === null) {
    await checkWithoutRustup();
  } else {
    await prepareToolchain();
  }
}

/**
 * cc links what runs on this machine (build scripts, the tools), and compiles SQLite for the tests.
 */
async function checkCompiler() {
  for (const command of [process.env.CC, "cc", "gcc", "clang"]) {
    if (command && (await capture(command, ["--version"])).code === 0) return;
  }
  throw new Problem(
    "there is no C compiler (cc), which Rust needs to link: install one (Debian: apt-get install gcc libc6-dev; " +
      "macOS: xcode-select --install) and run the command again.",
  );
}

/** A cargo that does not come from rustup serves if it is new enough and has the wasm targets. */
async function checkWithoutRustup() {
  await checkVersion();
  const sysroot = (await capture("rustc", ["--print", "sysroot"])).stdout.trim();
  for (const target of TARGETS) {
    await access(join(sysroot, "lib/rustlib", target)).catch(() => {
      throw new Problem(`this Rust has no target ${target}, and there is no rustup to add it: ${INSTALL_RUST}`);
    });
  }
}

async function prepareToolchain() {
  // The pinned toolchain is meant, whatever the terminal asks of other projects.
  delete process.env.RUSTUP_TOOLCHAIN;
  const pinned = (await readFile(join(ROOT, "rust-toolchain.toml"), "utf8")).match(/channel = "(.+)"/)[1];
  if ((await capture("rustc", ["--version"])).code !== 0) {
    await step(`Installing Rust ${pinned}`, () => installToolchain(pinned));
  }
  await checkVersion();
  await add("target", TARGETS);
  await add("component", COMPONENTS);
}

async function add(kind, names) {
  const installed = (await capture("rustup", [kind, "list", "--installed"])).stdout.split(/\s+/);
  const missing = names.filter((name) => !installed.some((line) => line === name || line.startsWith(`${name}-`)));
  if (missing.length === 0) return;
  const words = `${kind}${missing.length > 1 ? "s" : ""} ${missing.join(", ")}`;
  await step(`Adding the ${words}`, () =>
    run("rustup", [kind, "add", ...missing], {
      label: "rustup",
      problem: `rustup could not add the ${words} (it says why above); check the network and run the command again.`,
    }),
  );
}

/** The pinned toolchain; where it cannot be had, the default one if that is new enough. */
async function installToolchain(pinned) {
  const args = ["toolchain", "install", pinned, "--profile", "minimal", "--component", "rustfmt", "--component", "clippy"];
  try {
    await run("rustup", args, { label: "rustup" });
  } catch {
    const fallback = (await capture("rustup", ["default"], { cwd: "/" })).stdout.split(/\s/)[0];
    if (!fallback) {
      throw new Problem(`Rust ${pinned} could not be installed (rustup says why above), and there is no default toolchain; check the network and run the command again.`);
    }
    process.env.RUSTUP_TOOLCHAIN = fallback;
    say(`Rust ${pinned} could not be installed; using the default toolchain, ${fallback}`);
  }
}

async function checkVersion() {
  const needed = (await readFile(join(ROOT, "Cargo.toml"), "utf8")).match(/^rust-version = "(\d+)\.(\d+)/m);
  const { stdout, stderr } = await capture("rustc", ["--version"]);
  const found = stdout.match(/^rustc (\d+)\.(\d+)/);
  if (!found) throw new Problem(`rustc does not run (${stderr.trim().split("\n")[0] || "it is not on the PATH"}): ${INSTALL_RUST}`);
  const [major, minor] = found.slice(1).map(Number);
  if (needed && (major < Number(needed[1]) || (major === Number(needed[1]) && minor < Number(needed[2])))) {
    throw new Problem(`this needs Rust ${needed[1]}.${needed[2]} or newer, and this is ${stdout.trim()}: run \`rustup update\` and the command again.`);
  }
}
