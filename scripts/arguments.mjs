// The options of a command, or a sentence.

import { parseArgs } from "node:util";
import { Problem } from "./say.mjs";

/** What `options` (those of `parseArgs`) are set to; a Problem for one that there is not. */
export function readOptions(args, options) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    const [fault] = error.message.split(/\.\s|\.$|\n/);
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new Problem(`${fault}; there are ${names.join(", ")}.`);
  }
}
