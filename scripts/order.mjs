// Puts the functions of a module in an order in which gzip finds more: it looks back 32 kB, so a
// function is cheap behind those that it has most in common with. 2 % of the Worker, for a second.
//
// A module's functions are known by their numbers, in all places that call or name them. wasm-opt
// gives them new ones, by their names; here they are named by the place that each is to have.

import { readFile, writeFile } from "node:fs/promises";

/** Bytes that gzip looks back, less what it needs itself. */
const WINDOW = 30_000;
/** Bytes that functions must have in common to have something in common; fewer are everywhere. */
const GRAM = 6;

/** Ids of sections of a module. */
const CUSTOM = 0;
const IMPORT = 2;
const CODE = 10;
/** What a name section has of functions. */
const FUNCTION_NAMES = 1;

/** Writes a module whose functions are named by the place that each shall have. */
export async function nameByPlace(from, to) {
  const wasm = await readFile(from);
  const sections = readSections(wasm);
  const find = (id) => new Reader(wasm, sections.find((section) => section.id === id).from);
  const imported = countImported(find(IMPORT));
  const order = bySimilarity(readBodies(find(CODE)));
  const kept = sections.filter(({ id }) => id !== CUSTOM).map(({ start, end }) => wasm.subarray(start, end));
  await writeFile(to, Buffer.concat([wasm.subarray(0, 8), ...kept, names(imported, order)]));
}

class Reader {
  constructor(bytes, at) {
    Object.assign(this, { bytes, at });
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** An unsigned number as LEB128. */
  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

function readSections(wasm) {
  const sections = [];
  const reader = new Reader(wasm, 8);
  while (reader.at < wasm.length) {
    const start = reader.at;
    const id = reader.byte();
    const length = reader.number();
    sections.push({ id, start, from: reader.at, end: reader.at + length });
    reader.take(length);
  }
  return sections;
}

/** How many functions are imported: their numbers come first. */
function countImported(reader) {
  // The least, and where the flag says so the most.
  const limits = () => (reader.number() % 2 === 1 ? reader.number() + reader.number() : reader.number());
  const described = [
    () => reader.number(), // a function's type
    () => [reader.byte(), limits()], // a table
    limits, // a memory
    () => reader.take(2), // a global
    () => [reader.byte(), reader.number()], // a tag
  ];
  let functions = 0;
  for (let left = reader.number(); left > 0; left--) {
    reader.take(reader.number()); // the module
    reader.take(reader.number()); // the name in it
    const kind = reader.byte();
    described[kind]();
    if (kind === 0) functions++;
  }
  return functions;
}

function readBodies(reader) {
  return Array.from({ length: reader.number() }, () => reader.take(reader.number()));
}

/** Numbers of the bodies: each has more in common with the window before it than others have. */
function bySimilarity(bodies) {
  const numbers = new Map();
  const grams = bodies.map((body) => [...gramsOf(body, numbers)]);
  const holders = Array.from(numbers, () => []);
  grams.forEach((own, body) => own.forEach((gram) => holders[gram].push(body)));
  // How often each gram is in the window, and how many of its grams each body finds there.
  const present = new Uint32Array(numbers.size);
  const found = new Uint32Array(bodies.length);
  const left = new Set(bodies.keys());
  const order = [];
  let [first, width] = [0, 0];
  const share = (body) => (found[body] + 1) / (bodies[body].length + GRAM);
  while (left.size > 0) {
    let best;
    for (const body of left) if (best === undefined || share(body) > share(best)) best = body;
    left.delete(best);
    order.push(best);
    width += bodies[best].length;
    for (const gram of grams[best]) if (present[gram]++ === 0) for (const body of holders[gram]) found[body]++;
    for (; width > WINDOW && first < order.length - 1; first++) {
      width -= bodies[order[first]].length;
      for (const gram of grams[order[first]]) if (--present[gram] === 0) for (const body of holders[gram]) found[body]--;
    }
  }
  return order;
}

/** The grams of a body, as numbers that all bodies share. */
function gramsOf(body, numbers) {
  const own = new Set();
  for (let at = 0; at + GRAM <= body.length; at++) {
    const gram = body.readUIntBE(at, GRAM);
    if (!numbers.has(gram)) numbers.set(gram, numbers.size);
    own.add(numbers.get(gram));
  }
  return own;
}

function names(imported, order) {
  const places = [];
  order.forEach((body, place) => (places[body] = place));
  const named = places.map((place, body) => [leb(imported + body), text(String(place).padStart(6, "0"))]);
  const map = [leb(places.length), ...named.flat()];
  const content = Buffer.concat([text("name"), Buffer.from([FUNCTION_NAMES]), sized(Buffer.concat(map))]);
  return Buffer.concat([Buffer.from([CUSTOM]), sized(content)]);
}

const text = (string) => sized(Buffer.from(string));

const sized = (bytes) => Buffer.concat([leb(bytes.length), bytes]);

function leb(number) {
  const bytes = [];
  for (let rest = number; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0));
    if (rest < 128) return Buffer.from(bytes);
  }
}
