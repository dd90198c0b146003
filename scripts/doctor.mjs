// `npm run doctor -- BASE [SESSION ...]`: acts out identity providers' sessions against a running
// server and says what does not hold. `npm run doctor -- list` names the sessions.
//
// The token is that of SCIM_TOKEN, or is asked for. `BASE TOKEN [SESSION ...]` is taken too, but
// npm prints what stands on its command line, the shell keeps it, and every process of the machine
// can read it there.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { askSecret } from "./ask.mjs";
import { cargo, targetFolder } from "./cargo.mjs";
import { endWithNpm, ROOT, runCareful, runIfProgram } from "./process.mjs";
import { rust } from "./rust.mjs";
import { Problem, say } from "./say.mjs";

/** No token is shorter; a word that is, is the name of a session, misspelt. */
const SHORTEST_TOKEN = 16;
const NO_TOKEN = "there is no token: set SCIM_TOKEN in the environment, or run this in a terminal to be asked for it.";

export async function main([base, ...rest]) {
  if (base === undefined) {
    throw new Problem("say which server to examine: `npm run doctor -- http://127.0.0.1:8787/scim/v2 [SESSION ...]`; `npm run doctor -- list` names the sessions.");
  }
  endWithNpm();
  const { token, sessions } = base === "list" ? { token: "", sessions: rest } : await credentials(rest);
  await rust();
  await cargo(["build", "-p", "doctor"], { problem: "the doctor does not compile; cargo says where above." });
  const program = join(await targetFolder(), "debug", process.platform === "win32" ? "doctor.exe" : "doctor");
  await runCareful(program, [base, ...sessions], {
    env: { SCIM_TOKEN: token, SCIM_DOCTOR_HELD: "1" },
    problem: "not everything held: the lines above say what did not, or why nothing was tried.",
  });
}

async function credentials(rest) {
  const folders = await readdir(join(ROOT, "tests/conversations"));
  const isSession = (word) => word === "all" || folders.includes(word.split("/")[0]);
  const kept = process.env.SCIM_TOKEN;
  const [first, ...others] = rest;
  if (first === undefined || isSession(first) || (kept && first.length < SHORTEST_TOKEN)) {
    return { token: kept || (await askSecret(NO_TOKEN)), sessions: rest };
  }
  say("The token stood on the command line, where npm prints it and the shell keeps it: set SCIM_TOKEN instead, or leave it out and be asked");
  return { token: first, sessions: others };
}

await runIfProgram(import.meta, main);
