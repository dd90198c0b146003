// `npm run admin -- export` and `import`: a tenant as lines of JSON (docs/moving-in.md).

import { createReadStream } from "node:fs";
import { Misunderstood, Problem, say } from "../say.mjs";
import { finish } from "./jobs.mjs";
import { tenantPath } from "./options.mjs";
import { progress } from "./progress.mjs";
import { scimLines } from "./scim-source.mjs";

/** Bytes of lines that one request has, at the most. */
const PART = 8_000_000;
/** Lines of it: the server takes 150,000. */
const LINES = 100_000;
const NEWLINE = Buffer.from("\n");

export const exporting = {
  about: "Writes all users and groups of a tenant to stdout, as lines that `import` takes",
  details: "The first line is a cursor of the feed from before the first of them.",
  options: ["tenant"],
  needs: ["tenant"],
  example: "export --tenant 3 > example-corp.ndjson",
  run: async ({ api, values: { tenant } }) => {
    let count = 0;
    for (let after = ""; after !== null; ) {
      const reply = await api.stream(`${tenantPath(tenant)}/export?after=${encodeURIComponent(after)}`);
      after = null;
      for await (const line of linesOf(reply)) {
        const next = nextOf(line);
        if (next !== undefined) after = next;
        else if (!process.stdout.write(`${line}\n`)) await new Promise((drained) => process.stdout.once("drain", drained));
        count += 1;
      }
    }
    say(`${count} lines`);
  },
};

/** Where an export goes on that was too long for one request. */
function nextOf(line) {
  return line.startsWith('{"next":') ? JSON.parse(line).next : undefined;
}

export const importing = {
  about: "Imports users and groups into a tenant: lines of a file, or another SCIM server",
  details: "A line is a SCIM resource, as `export` writes it, or a record with user_id or team_id. What is there is changed, and not doubled.",
  takes: [],
  more: "FILE (- is stdin)",
  usage: "[FILE]",
  options: ["tenant", "dry-run", "from-scim"],
  needs: ["tenant"],
  example: "import users.ndjson --tenant 3 --dry-run",
  run: async ({ api, print, given: [file, ...others], values }) => {
    const base = values["from-scim"];
    if ((file === undefined) === (base === undefined) || others.length > 0) {
      throw new Misunderstood("`import` takes one file (- is stdin), or --from-scim with the base URL of a SCIM server.");
    }
    const source = base === undefined ? linesOfFile(file) : scimLines(base);
    const job = await send(api, `${tenantPath(values.tenant)}/import`, values["dry-run"] === true, source);
    const bar = progress("importing");
    const { result } = job.refused ? { result: job } : await finish(api, job, bar);
    bar.end();
    show(print, result, values.json);
    // A script that goes on must know that not all of it is there.
    if (result.refusals > 0) process.exitCode = 1;
  },
};

/** The lines of a file, as bytes: the server tells of those that are not UTF-8. */
async function* linesOfFile(file) {
  try {
    yield* split(file === "-" ? process.stdin : createReadStream(file));
  } catch ({ code }) {
    throw new Problem(`the file \`${file}\` cannot be read (${code === "EISDIR" ? "it is a directory" : code}).`);
  }
}

/** The lines of a reply. */
async function* linesOf(reply) {
  for await (const line of split(reply)) yield line.toString();
}

async function* split(stream) {
  let begun = [];
  for await (const piece of stream) {
    let [from, end] = [0, 0];
    for (; (end = piece.indexOf(10, from)) !== -1; from = end + 1) {
      yield Buffer.concat([...begun, piece.subarray(from, end)]);
      begun = [];
    }
    begun.push(piece.subarray(from));
  }
  const last = Buffer.concat(begun);
  if (last.length > 0) yield last;
}

/** Sends lines, in parts where they are many; gives the result, or the job that has it. */
async function send(api, path, dry, source) {
  const bar = progress("sending");
  let [part, bytes, number, first, id] = [[], 0, 0, 1, undefined];
  const put = async (more) => {
    const query = new URLSearchParams({ ...(dry && { dry_run: "true" }), ...(more && { more: "true" }), ...(id && { job: id, line: String(first) }) });
    const lines = Buffer.concat(part.flatMap((line) => [Buffer.from(line), NEWLINE]));
    // Lines that came are not stored twice; all in one request might become two imports.
    const reply = await api.lines(`${path}?${query}`, lines, more || id !== undefined).catch((error) => {
      if (error instanceof Problem && id !== undefined) say(`\`npm run admin -- jobs show ${id}\` tells what has come of it. What is imported anew is not doubled.`);
      throw error;
    });
    id = reply.id;
    [part, bytes, first] = [[], 0, number + 1];
    return reply;
  };
  for await (const line of source) {
    const length = Buffer.byteLength(line) + 1;
    if (bytes > 0 && (bytes + length > PART || part.length === LINES)) await put(true);
    part.push(line);
    bytes += length;
    number += 1;
    bar.show(number);
  }
  const last = await put(false);
  bar.end();
  return last;
}

function show(print, result, json) {
  if (json) return print.one(result);
  const { dry_run, created, updated, unchanged, refused, refusals, passed_over: passedOver = [] } = result;
  print.one({ dry_run, created, updated, unchanged, refused: refusals });
  for (const { line, detail } of refused) say(`line ${line}: ${detail}`);
  if (refusals > refused.length) say(`and ${refusals - refused.length} more`);
  if (passedOver.length > 0) say(`passed over, as no record has it: ${passedOver.join(", ")}`);
}
