// cargo, with the true cause where a crate could not be had.

import { capture, run } from "./process.mjs";

/** What cargo says when it needed the network and got no answer. */
const UNREACHED = /could(n't| not) (resolve|connect)|failed to (download|fetch|get|query|update|load source)|network failure|download of .+ failed|timed? ?out/i;

/** Runs cargo behind a label; `problem` is what is wrong where it was not the network. */
export function cargo(args, { problem, ...options }) {
  return run("cargo", args, {
    label: "cargo",
    problem: (said) =>
      UNREACHED.test(said)
        ? "cargo could not download a crate that is missing here (it says which above); check the network and run the command again."
        : problem,
    ...options,
  });
}

/** Where cargo builds into. */
export async function targetFolder() {
  const { stdout } = await capture("cargo", ["metadata", "--no-deps", "--format-version", "1"]);
  return JSON.parse(stdout).target_directory;
}
