// What wasm-bindgen's glue gets for `queueMicrotask` (scripts/build.mjs): the platform's own costs
// ten times as much, and each step of a Rust future is one.

const settled = Promise.resolve();

export const queueMicrotask = (task) => void settled.then(task);
