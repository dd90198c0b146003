// How far a long command came, on a terminal.

const WIDTH = 30;
const EVERY_MS = 100;

/** A bar on stderr, where that is a terminal: `show(done, total)`, and `end()` takes it away. */
export function progress(words) {
  const isTerminal = process.stderr.isTTY === true && process.env.TERM !== "dumb";
  let last = 0;
  let shown = false;
  return {
    show(done, total) {
      if (!isTerminal || performance.now() - last < EVERY_MS) return;
      last = performance.now();
      shown = true;
      process.stderr.write(`\r\u001b[K${words} ${bar(done, total)}`);
    },
    end() {
      if (shown) process.stderr.write("\r\u001b[K");
      shown = false;
    },
    isTerminal,
  };
}

/** The bar itself; without a total the number alone. */
export function bar(done, total) {
  if (!total) return String(done);
  const part = Math.min(1, done / total);
  const full = Math.round(part * WIDTH);
  return `[${"#".repeat(full)}${"-".repeat(WIDTH - full)}] ${Math.floor(part * 100)} %  ${done} of ${total}`;
}
