// Builds the Worker into build/: cargo, then wasm-bindgen, wasm-opt and esbuild. wrangler's build command, too.
//
// worker-build does the same, but it needs OpenSSL's headers to be installed and two minutes more from cold, for
// downloads that this build must not make.

import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { packages } from "./packages.mjs";
import { capture, ROOT, run } from "./process.mjs";
import { rust } from "./rust.mjs";
import { step } from "./say.mjs";
import { reportSize } from "./size.mjs";
import { wasmBindgen } from "./tools.mjs";

const OUT = join(ROOT, "build");
const STAMP = join(OUT, ".made-from");

/** What wasm-opt may use: what rustc and wasm-bindgen emit, nothing that a runtime may not know yet. */
const WASM_FEATURES = [
  "bulk-memory", "bulk-memory-opt", "exception-handling", "multivalue", "mutable-globals", "nontrapping-float-to-int",
  "reference-types", "sign-ext", "simd",
];

/** Makes what is missing and builds what has changed; quick when nothing has. */
export async function build() {
  const [, bindgen, wasm] = await Promise.all([packages(), rust().then(wasmBindgen), rust().then(compile)]);
  const stamp = await madeFrom(wasm, bindgen.version);
  if ((await readFile(STAMP, "utf8").catch(() => "")) === stamp) return;
  await step("Bundling the Worker", () => bundle(wasm, bindgen.path));
  await writeFile(STAMP, stamp);
  await reportSize();
}

/** cargo itself knows whether there is anything to do. */
async function compile() {
  await step("Compiling the Worker to WebAssembly", () =>
    run("cargo", ["build", "--release", "--lib", "--package", "scim-worker", "--target", "wasm32-unknown-unknown"], {
      label: "cargo",
      problem: "the Worker does not compile; cargo says where above.",
    }),
  );
  const { stdout } = await capture("cargo", ["metadata", "--no-deps", "--format-version", "1"]);
  return join(JSON.parse(stdout).target_directory, "wasm32-unknown-unknown/release/scim_worker.wasm");
}

async function madeFrom(wasm, bindgenVersion) {
  const hash = createHash("sha256").update(bindgenVersion);
  for (const path of [wasm, "scripts/build.mjs", "scripts/entry.mjs", "scripts/microtask.mjs", "package-lock.json"]) {
    hash.update(await readFile(isAbsolute(path) ? path : join(ROOT, path)));
  }
  return hash.digest("hex");
}

async function bundle(wasm, bindgen) {
  const work = join(ROOT, "build.tmp");
  await rm(work, { recursive: true, force: true });
  await mkdir(work);
  await run(bindgen, [
    wasm, "--out-dir", work, "--out-name", "index", "--target", "module", "--no-typescript",
    // See entry.mjs: a new instance after a panic.
    "--experimental-reset-state-function", "--force-enable-abort-handler",
  ], { label: "wasm-bindgen" });
  await Promise.all([optimize(work), joinScripts(work)]);
  await mkdir(OUT, { recursive: true });
  await rm(STAMP, { force: true });
  for (const name of ["index.wasm", "index.js"]) await rename(join(work, "out", name), join(OUT, name));
  await rm(work, { recursive: true });
}

async function optimize(work) {
  const program = join(ROOT, "node_modules/binaryen/bin/wasm-opt");
  const features = WASM_FEATURES.map((feature) => `--enable-${feature}`);
  await mkdir(join(work, "out"), { recursive: true });
  await run(process.execPath, [program, join(work, "index_bg.wasm"), "-o", join(work, "out/index.wasm"), "-O3", ...features], { label: "wasm-opt" });
}

async function joinScripts(work) {
  // `import source` is wasm-bindgen's spelling of a compiled module; workerd and wrangler take a plain import for it.
  const glue = await readFile(join(work, "index.js"), "utf8");
  await writeFile(join(work, "index.js"), glue.replace(/^import source (\w+) from "\.\/index_bg\.wasm"/m, 'import $1 from "./index.wasm"'));
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
    // wasm-bindgen names a module once for each way in which its functions are imported.
    logOverride: { "duplicate-object-key": "silent" },
    logLevel: "warning",
  });
}

export const main = build;
