// Before something is destroyed.

import { askLine } from "../ask.mjs";
import { Misunderstood, Problem } from "../say.mjs";

/**
 * Asks for a word to be typed, unless `--yes` was given; a Problem where it was another, or nobody
 * is there to ask.
 */
export async function confirm({ yes }, what, word) {
  if (yes) return;
  if (!process.stdin.isTTY) throw new Misunderstood(`${what}: say --yes to do it where nobody can be asked. Nothing was done.`);
  process.stderr.write(`${what}.\n`);
  if ((await askLine(`Type ${word} to do it: `)) !== word) throw new Problem("nothing was done.");
}
