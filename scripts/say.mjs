// What a person reads while a command works. All of it goes to stderr: stdout is for results.

/** A fault that a person can do something about: told in its own words, without a stack. */
export class Problem extends Error {
  exitCode = 1;
}

/** A command that was not understood. */
export class Misunderstood extends Problem {
  exitCode = 2;
}

let lastLine = 0;

export function say(words) {
  line(`· ${words}`);
}

export function line(words) {
  lastLine = performance.now();
  process.stderr.write(`${words}\n`);
}

/**
 * Tells that `work` starts, that it still goes on when nothing has been said for ten seconds, and
 * how long it took.
 */
export async function step(words, work) {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  say(`${words} …`);
  const heartbeat = setInterval(() => {
    if (performance.now() - lastLine > 10_000) say(`${words} … still at it after ${seconds()}`);
  }, 2_000);
  try {
    const result = await work();
    if (performance.now() - started > 1000) say(`${words}: ${seconds()}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
