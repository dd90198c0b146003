// src/unicode/javascript on workerd: of each line of stdin what `fold`, `foldCase` and `apart`
// make of it, with tabs between, or nothing where the platform does not know a character.

import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Miniflare } from "miniflare";

const MAIN = `
import { apart, fold, foldCase } from "./unicode.js";
const images = (line) => (/\\p{Cn}/u.test(line) ? "" : [fold(line), foldCase(line), apart(line)].join("\\t"));
export default {
  fetch: async (request) => new Response((await request.text()).split("\\n").map(images).join("\\n")),
};`;

const miniflare = new Miniflare({
  modules: [
    { type: "ESModule", path: "main.js", contents: MAIN },
    { type: "ESModule", path: "unicode.js", contents: await readFile("src/unicode/javascript/unicode.js") },
  ],
});
const reply = await miniflare.dispatchFetch("http://localhost", { method: "POST", body: await text(process.stdin) });
process.stdout.write(await reply.text());
await miniflare.dispose();
