// What the Worker weighs. Cloudflare takes 3 MB gzipped; a smaller one starts sooner, so the limit here is our own.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "./process.mjs";
import { Problem, say } from "./say.mjs";

/** Bytes of wasm and JavaScript, gzipped. */
const LIMIT = 400_000;

export async function reportSize() {
  const sizes = await Promise.all(
    ["index.wasm", "index.js"].map(async (name) => gzipSync(await readFile(join(ROOT, "build", name)), { level: 9 }).length),
  );
  const total = sizes[0] + sizes[1];
  const words = `The Worker is ${kilobytes(total)} gzipped (wasm ${kilobytes(sizes[0])}, JavaScript ${kilobytes(sizes[1])}; limit ${kilobytes(LIMIT)})`;
  say(words);
  return { total, words };
}

export async function checkSize() {
  const { total, words } = await reportSize();
  if (total > LIMIT) throw new Problem(`${words}: find what grew with \`cargo bloat\` or \`twiggy\`, or leave out a dependency.`);
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
