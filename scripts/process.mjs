// Runs other programs, and sees to it that none is left when this one ends.

import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { line, Problem } from "./say.mjs";

/** The folder of the project. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const children = new Set();
/** Those that put something away before they end, which they do when their stdin closes. */
const careful = new Set();
/**
 * npm passes on a signal that the terminal has sent already, so one that comes at once is the same.
 */
const ONE_SIGNAL_MS = 1000;
let ending;

function endChildren() {
  for (const child of children) child.kill("SIGTERM");
}

process.on("exit", endChildren);

/**
 * Runs a command's `main`: a Problem is told in one sentence, and a signal ends the children first.
 */
export async function runMain(main, args) {
  for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15], ["SIGHUP", 1]]) {
    process.on(signal, () => end(128 + number));
  }
  try {
    await main(args);
  } catch (error) {
    console.error(error instanceof Problem ? `scim-worker: ${error.message}` : error);
    process.exit(error.exitCode ?? 1);
  }
}

/** Ends, but for careful children, which are waited for until a second signal. */
function end(code) {
  if (careful.size === 0) process.exit(code);
  if (ending && performance.now() - ending.since > ONE_SIGNAL_MS) process.exit(code);
  if (ending) return;
  ending = { code, since: performance.now() };
  line("· Stopping, and deleting what was made; a second signal ends it at once");
  for (const child of careful) child.stdin.end();
}

/** npm that is killed outright passes nothing on, but then our parent is another process. */
export function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const npm = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    end(0);
  }, 1000);
  watch.unref();
}

/** Runs `main` when the module is the program itself: `node scripts/NAME.mjs`. */
export async function runIfProgram(meta, main) {
  if (process.argv[1] === fileURLToPath(meta.url)) await runMain(main, process.argv.slice(2));
}

/**
 * Runs a program to its end; a Problem unless it succeeds. With a `label` its lines appear behind
 * that label, so that two programs can run side by side; without, the program writes to the
 * terminal itself. A `problem` that is a function is given what a labelled program said.
 */
export async function run(command, args, { label, env, cwd = ROOT, problem } = {}) {
  const stdio = label ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"];
  const child = start(command, args, { stdio, env, cwd });
  const said = [];
  if (label) {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (text) => {
        said.push(text);
        line(`  ${label} | ${text}`);
      });
    }
  }
  const { code, error } = await ended(child);
  if (code !== 0) {
    const words = typeof problem === "function" ? problem(said.join("\n")) : problem;
    throw new Problem(words ?? `\`${[command, ...args].join(" ")}\` failed${error ? `: ${error.message}` : "; what it said is above"}.`);
  }
}

/**
 * Runs a program that is careful, in a process group of its own: the terminal's Ctrl-C comes to us
 * alone.
 */
export async function runCareful(command, args, { env, problem }) {
  const child = start(command, args, { stdio: ["pipe", "inherit", "inherit"], env, cwd: ROOT, detached: true });
  child.stdin.on("error", () => {});
  careful.add(child);
  const { code } = await ended(child);
  careful.delete(child);
  if (ending) process.exit(ending.code);
  if (code !== 0) throw new Problem(problem);
}

/** Runs a program quietly and returns what it said; `code` is null when it could not be started. */
export async function capture(command, args, { env, cwd = ROOT } = {}) {
  const child = start(command, args, { stdio: ["ignore", "pipe", "pipe"], env, cwd });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].setEncoding("utf8").on("data", (text) => (said[name] += text));
  const { code } = await ended(child);
  return { code, ...said };
}

function start(command, args, { env, ...options }) {
  const child = spawn(command, args, { ...options, env: { ...process.env, ...env } });
  children.add(child);
  return child;
}

function ended(child) {
  return new Promise((resolve) => {
    const done = (result) => {
      children.delete(child);
      resolve(result);
    };
    child.once("error", (error) => done({ code: null, error }));
    child.once("close", (code) => done({ code }));
  });
}
