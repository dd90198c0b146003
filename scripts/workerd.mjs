// Sees to it that workerd ends with the Node process that started it, even when that is killed
// outright.

import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** The process id of the workerd that this process started; undefined where /proc does not tell. */
export function findWorkerd() {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).find(isOurWorkerd);
  } catch {
    return undefined;
  }
}

function isOurWorkerd(pid) {
  try {
    const [, name, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").match(/\((.*)\) \S (\d+)/s);
    return name === "workerd" && Number(parent) === process.pid;
  } catch {
    return false;
  }
}

/**
 * A shell that waits for our end of its stdin to close, which any death of ours does, and then ends
 * workerd.
 */
export function guard(workerd) {
  if (workerd === undefined) return;
  const child = spawn("sh", ["-c", 'cat >/dev/null; kill -9 "$0" 2>/dev/null', String(workerd)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  child.on("error", () => {});
  child.unref();
  child.stdin.unref();
}
