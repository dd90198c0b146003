// Asks the person at the terminal. The questions go to stderr: stdout is for results.

import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { Problem } from "./say.mjs";

/** Asks for a token, without showing it; a Problem with these words where there is no terminal. */
export async function askSecret(otherwise) {
  if (!process.stdin.isTTY) throw new Problem(otherwise);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await ask("Token (not shown): ", silent);
  process.stderr.write("\n");
  return answer;
}

/** Asks, and shows what is typed. */
export function askLine(question) {
  return ask(question, process.stderr);
}

async function ask(question, output) {
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  if (output === process.stderr) lines.setPrompt(question);
  else process.stderr.write(question);
  const answer = await new Promise((resolve) => {
    lines.once("line", resolve).once("close", () => resolve("")).once("SIGINT", () => process.exit(130));
    if (output === process.stderr) lines.prompt();
  });
  lines.close();
  return answer.trim();
}
