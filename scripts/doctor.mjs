// `npm run doctor -- BASE TOKEN [SESSION ...]`: acts out identity providers' sessions against a running server and says
// what does not hold. `npm run doctor -- list` names the sessions.

import { run, runIfProgram } from "./process.mjs";
import { rust } from "./rust.mjs";
import { Problem } from "./say.mjs";

export async function main(args) {
  if (args.length < 2 && args[0] !== "list") {
    throw new Problem("say which server to examine: `npm run doctor -- http://127.0.0.1:8787/scim/v2 TOKEN [SESSION ...]`; `npm run doctor -- list` names the sessions.");
  }
  await rust();
  await run("cargo", ["run", "--example", "doctor", "--", ...args], {
    problem: "the doctor found something; what is above.",
  });
}

await runIfProgram(import.meta, main);
