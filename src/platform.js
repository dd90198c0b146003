// What the platform is asked for, one call each. Every value that passes between WebAssembly and JavaScript costs
// about a microsecond, so what belongs together passes as one text: read and written field by field, a request would
// pay more for the passing than for its work.

/** The headers that src/lib.rs reads, in its order. */
const HEADERS = [
  "Authorization", "Accept", "Content-Type", "Content-Length", "If-Match", "If-None-Match", "User-Agent",
];

/** Method, address and headers of a request, a line each; that of a header begins with `=`, one that is not there is empty. */
export function head({ method, url, headers }) {
  const lines = [method, url];
  for (const name of HEADERS) {
    const value = headers.get(name);
    lines.push(value === null ? "" : `=${value}`);
  }
  return lines.join("\n");
}

/** A response; `headers` are lines of name and value, in turn; without `body` it has none. */
export function response(status, headers, body) {
  // A view of memory that the next request writes to: copied.
  return new Response(body?.slice() ?? null, { status, headers: pairs(headers) });
}

/**
 * The same with a body that has places in it, between U+0000: there go texts of `left`. What is large goes out as the
 * client takes it.
 */
export function assembled(status, headers, text, left) {
  const pieces = text.split("\0").map((piece, index) => (index % 2 === 0 ? piece : left[piece]));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const body = length < LARGE ? pieces.join("") : stream(pieces);
  return new Response(body, { status, headers: pairs(headers) });
}

/** Characters from which a body is streamed. */
const LARGE = 1_048_576;

function stream(pieces) {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      let text = "";
      while (next < pieces.length && text.length < PIECE) text += pieces[next++];
      if (text !== "") controller.enqueue(encoder.encode(text));
      if (next === pieces.length) controller.close();
    },
  });
}

function pairs(headers) {
  const lines = headers.split("\n");
  const pairs = [];
  for (let index = 0; index + 1 < lines.length; index += 2) pairs.push([lines[index], lines[index + 1]]);
  return pairs;
}

/** The binding of wrangler.toml. */
export const database = (env) => env.DB;

export const prepare = (database, text, values) => database.prepare(text).bind(...values);

/**
 * Runs statements in one transaction. Texts in the last column of statement `leaver` are not told: they go into `left`, and
 * their places there are told.
 */
export async function run(database, statements, leaver, left) {
  // One statement is a transaction by itself; as a batch it would be wrapped and unwrapped.
  const results = statements.length === 1 ? [await statements[0].all()] : await database.batch(statements);
  for (const row of results[leaver]?.results ?? []) {
    const last = Object.keys(row).at(-1);
    if (typeof row[last] === "string") row[last] = { place: left.push(row[last]) - 1 };
  }
  return told(results);
}

/** Characters of a text that is passed on; one value more may be in it. */
const PIECE = 65_536;
const encoder = new TextEncoder();

function dressed(value) {
  if (value === null) return "-";
  if (typeof value === "string") return `t${value}`;
  return typeof value === "object" ? `l${value.place}` : `n${value}`;
}

/**
 * Results as few texts, in UTF-8 (wasm-bindgen would copy a string character by character). The first begins with a
 * line of numbers: rows read, rows written, microseconds, and of each statement its rows and its columns. Then come the
 * values, row by row, each behind a letter for its type, with U+0000 between, which no stored text has.
 */
function told(results) {
  let [read, written, took] = [0, 0, 0];
  const shape = [];
  const pieces = [];
  let values = [];
  let length = 0;
  for (const { results: rows, meta } of results) {
    read += meta.rows_read;
    written += meta.rows_written;
    took += meta.duration;
    shape.push(rows.length, rows.length && Object.keys(rows[0]).length);
    for (const row of rows) {
      for (const value of Object.values(row)) {
        const text = dressed(value);
        values.push(text);
        length += text.length;
      }
      if (length > PIECE) {
        pieces.push(values);
        [values, length] = [[], 0];
      }
    }
  }
  pieces.push(values);
  const numbers = [read, written, Math.round(took * 1000), ...shape].join(" ");
  return pieces.map((piece, index) => encoder.encode(`${index === 0 ? `${numbers}\n` : ""}${piece.join("\0")}`));
}
