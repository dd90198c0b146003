// Builds the Worker into build/: cargo, then wasm-bindgen, wasm-opt and esbuild. wrangler's build
// command, too.
//
// worker-build does the same for what stands on the `worker` crate. This Worker asks the platform
// for the little that it needs by itself (src/platform), and is a fifteenth smaller for it.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, isAbsolute, join, resolve } from "node:path";
import { cargo, targetFolder } from "./cargo.mjs";
import { readLocalConfig, stateFolder } from "./config.mjs";
import { migrateLocal } from "./d1.mjs";
import { nameByPlace } from "./order.mjs";
import { packages } from "./packages.mjs";
import { capture, ROOT, run } from "./process.mjs";
import { rust } from "./rust.mjs";
import { Problem, step } from "./say.mjs";
import { ASSETS, BUILT } from "./serve.mjs";
import { reportSize } from "./size.mjs";
import { wasmBindgen } from "./tools.mjs";

/** The schema documents that the tests know. */
const EXAMPLES = join(ROOT, "examples/schemas");

/**
 * What wasm-opt may use: what rustc and wasm-bindgen emit, nothing that a runtime may not know yet.
 */
const WASM_FEATURES = [
  "bulk-memory", "bulk-memory-opt", "exception-handling", "multivalue", "mutable-globals", "nontrapping-float-to-int",
  "reference-types", "sign-ext", "simd",
];

/**
 * How wasm-opt is to work. A function stays by itself unless it is tiny: put into its callers it
 * saves 2 % of CPU, and costs 5 % of the size, for gzip finds less that it has seen. Below 1 kB of
 * memory lies the end of the stack, which nothing addresses.
 */
const WASM_PASSES = [
  "-O3", "--low-memory-unused", "--one-caller-inline-max-function-size=1",
  "--flexible-inline-max-function-size=8", "--converge",
  // What tells other tools how it was made.
  "--strip-producers", "--strip-target-features",
];

/** How it puts functions in their places (order.mjs), and writes them as well as it can. */
const PLACING_PASSES = ["--reorder-functions-by-name", "--generate-stack-ir", "--optimize-stack-ir"];

/** Makes what is missing and builds what has changed; quick when nothing has. */
export async function build() {
  if (await make(await ownSchemas(), BUILT)) await reportSize();
}

/**
 * The Workers that the tests are played at, whatever schemas the operator has: one without any,
 * which is the operator's own where there are none, and one with the examples. Returns the
 * variables that tell the tests where they are.
 */
export async function buildForTests() {
  const plain = (await ownSchemas()) === "" ? BUILT : join(BUILT, "plain");
  if (plain !== BUILT) await make("", plain);
  const examples = join(BUILT, "examples");
  await make(EXAMPLES, examples);
  return { PLAIN_WORKER: plain, EXAMPLES_WORKER: examples };
}

/**
 * The folder of the operator's schema documents, SCIM_SCHEMAS or `schemas`; empty if there are
 * none.
 */
async function ownSchemas() {
  if (process.env.SCIM_SCHEMAS) return resolve(ROOT, process.env.SCIM_SCHEMAS);
  const folder = join(ROOT, "schemas");
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.some((name) => name.endsWith(".json")) ? folder : "";
}

/** Builds a Worker with the schema documents of a folder; whether there was anything to do. */
async function make(schemas, out) {
  const [, bindgen, wasm] = await Promise.all([packages(), rust().then(wasmBindgen), rust().then(() => compile(schemas, out))]);
  await describe(schemas, out);
  const stamp = await madeFrom(wasm, bindgen.version);
  const stampFile = join(out, ".made-from");
  if ((await readFile(stampFile, "utf8").catch(() => "")) === stamp) return false;
  await step("Bundling the Worker", () => bundle(wasm, bindgen.path, out));
  await writeFile(stampFile, stamp);
  return true;
}

/**
 * cargo itself knows whether there is anything to do. Each Worker has a target folder, so that none
 * undoes another.
 */
async function compile(schemas, out) {
  const target = join(await targetFolder(), out === BUILT ? "" : `worker-${basename(out)}`);
  const release = ["--release", "--lib", "--package", "scim-worker", "--target", "wasm32-unknown-unknown", "--target-dir", target];
  await step(`Compiling the Worker to WebAssembly${schemas && `, with the schemas of ${schemas}`}`, () =>
    cargo(["build", ...release, ...withSchemas(schemas)], {
      problem: "the Worker does not compile; cargo says where above.",
    }),
  );
  return join(target, "wasm32-unknown-unknown/release/scim_worker.wasm");
}

/** In place of what .cargo/config.toml has for the tests. */
const withSchemas = (folder) => ["--config", `env.SCIM_SCHEMAS.value=${JSON.stringify(folder)}`, "--config", "env.SCIM_SCHEMAS.relative=false"];

/**
 * Writes the OpenAPI document of a Worker into its folder of static assets, which the platform
 * serves in front of it.
 */
async function describe(schemas, out) {
  // A target folder of its own: with other schemas the tests' would be built anew.
  const program = ["run", "--quiet", "--package", "openapi", "--target-dir", join(await targetFolder(), "openapi"), ...withSchemas(schemas)];
  const { code, stdout, stderr } = await step("Describing the Worker in openapi.json", () => capture("cargo", program));
  if (code !== 0) throw new Problem(`openapi.json could not be made: ${stderr.trim()}`);
  await mkdir(join(out, ASSETS), { recursive: true });
  await writeFile(join(out, ASSETS, "openapi.json"), stdout);
}

async function madeFrom(wasm, bindgenVersion) {
  const hash = createHash("sha256").update(bindgenVersion);
  for (const path of [wasm, "scripts/build.mjs", "scripts/order.mjs", "scripts/entry.mjs", "scripts/microtask.mjs", "package-lock.json"]) {
    hash.update(await readFile(isAbsolute(path) ? path : join(ROOT, path)));
  }
  return hash.digest("hex");
}

async function bundle(wasm, bindgen, out) {
  const work = `${out}.tmp`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work);
  await run(bindgen, [
    wasm, "--out-dir", work, "--out-name", "index", "--target", "module", "--no-typescript",
    // See entry.mjs: a new instance after a panic.
    "--force-enable-abort-handler",
  ], { label: "wasm-bindgen" });
  await nameByNumbers(work);
  await Promise.all([optimize(work), joinScripts(work)]);
  await mkdir(out, { recursive: true });
  await rm(join(out, ".made-from"), { force: true });
  for (const name of ["index.wasm", "index.js"]) await rename(join(work, "out", name), join(out, name));
  await rm(work, { recursive: true });
}

/**
 * wasm-bindgen tells functions of one name apart by a hash, which no compression makes shorter.
 * Numbers of as many digits do it as well.
 */
async function nameByNumbers(work) {
  const numbers = new Map();
  for (const name of ["index.js", "index_bg.wasm"]) {
    const path = join(work, name);
    const text = await readFile(path, "latin1");
    const named = text.replace(/(?<=__wbg_\w+_|_invoke__h)[0-9a-f]{16}\b/g, (hash) => {
      if (!numbers.has(hash)) numbers.set(hash, String(numbers.size).padStart(hash.length, "0"));
      return numbers.get(hash);
    });
    await writeFile(path, named, "latin1");
  }
}

async function optimize(work) {
  const [made, optimized, named] = ["index_bg", "optimized", "named"].map((name) => join(work, `${name}.wasm`));
  await mkdir(join(work, "out"), { recursive: true });
  await wasmOpt(made, optimized, WASM_PASSES);
  await nameByPlace(optimized, named);
  await wasmOpt(named, join(work, "out/index.wasm"), PLACING_PASSES);
}

function wasmOpt(from, to, passes) {
  const program = join(ROOT, "node_modules/binaryen/bin/wasm-opt");
  const features = WASM_FEATURES.map((feature) => `--enable-${feature}`);
  return run(process.execPath, [program, from, "-o", to, ...passes, ...features], { label: "wasm-opt" });
}

async function joinScripts(work) {
  // `import source` is wasm-bindgen's spelling of a compiled module; workerd and wrangler take a
  // plain import for it.
  const glue = await readFile(join(work, "index.js"), "utf8");
  const plain = glue.replace(/^import source (\w+) from "\.\/index_bg\.wasm"/m, 'import $1 from "./index.wasm"');
  await writeFile(join(work, "index.js"), eachModuleOnce(plain));
  await writeFile(join(work, "entry.js"), await readFile(join(ROOT, "scripts/entry.mjs")));
  const { build } = await import("esbuild");
  await build({
    entryPoints: [join(work, "entry.js")],
    outfile: join(work, "out/index.js"),
    inject: [join(ROOT, "scripts/microtask.mjs")],
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    external: ["./index.wasm", "cloudflare:*"],
    legalComments: "none",
    // entry.mjs asks for events that there may be none of.
    logOverride: { "import-is-undefined": "silent" },
    logLevel: "warning",
  });
}

/**
 * wasm-bindgen names a module in its table of imports once for each way in which its functions are
 * declared.
 */
function eachModuleOnce(glue) {
  const seen = new Set();
  return glue.replace(/^ *("\.\/[^"]+"): import\d+,\n/gm, (row, name) => (seen.has(name) ? "" : (seen.add(name), row)));
}

export async function main(args) {
  await build();
  if (args.includes("--for-tests")) await buildForTests();
  // wrangler.toml names this as the build command: a fresh clone under `npx wrangler dev` has no
  // tables yet.
  if (process.env.WRANGLER_COMMAND === "dev") await migrateLocal(await readLocalConfig(), stateFolder());
}
