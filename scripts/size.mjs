// What the Worker weighs. `npm run check` holds it to the project's own budget, since a smaller one
// starts sooner; `npm run deploy` warns of what Cloudflare may refuse, for an operator's schemas
// are in it too.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "./process.mjs";
import { Problem, say } from "./say.mjs";

/**
 * Bytes of wasm and JavaScript, gzipped: ours, and what Cloudflare takes on every plan. Ours was
 * 400 kB, and is to be again: import, undo and webhooks came in with 95 kB.
 */
const BUDGET = 467_500;
const PLATFORM_LIMIT = 3_000_000;

export async function reportSize() {
  const sizes = await Promise.all(
    ["index.wasm", "index.js"].map(async (name) => gzipSync(await readFile(join(ROOT, "build", name)), { level: 9 }).length),
  );
  const total = sizes[0] + sizes[1];
  const words = `The Worker is ${kilobytes(total)} gzipped (wasm ${kilobytes(sizes[0])}, JavaScript ${kilobytes(sizes[1])})`;
  say(words);
  return { total, words };
}

export async function checkSize() {
  const { total, words } = await reportSize();
  if (total <= BUDGET) return;
  throw new Problem(`${words}, over the budget of ${kilobytes(BUDGET)}: find what grew with \`cargo bloat\` or \`twiggy\`, or leave out a dependency.`);
}

export async function warnOfSize() {
  const { total } = await reportSize();
  if (total <= PLATFORM_LIMIT) return;
  say(`That is over the ${kilobytes(PLATFORM_LIMIT)} that Cloudflare takes on every plan: on the free one it may refuse the Worker. Shorten the descriptions in schemas/.`);
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
