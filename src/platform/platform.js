// What the platform is asked for, one call each. Every value that passes between WebAssembly and
// JavaScript costs about a microsecond, so what belongs together passes as one text: read and
// written field by field, a request would pay more for the passing than for its work.

/** The headers that src/platform/request.rs reads; those of a body last. */
const HEADERS = [
  "Authorization", "Accept", "If-Match", "If-None-Match", "User-Agent",
  "Content-Type", "Content-Encoding", "Content-Length",
];
const OF_A_BODY = 3;

/** Method, address and the headers that are there, a line each. */
export function head({ method, url, headers }) {
  let text = `${method}\n${url}`;
  const asked = HEADERS.length - (method === "GET" ? OF_A_BODY : 0);
  for (let index = 0; index < asked; index += 1) {
    const value = headers.get(HEADERS[index]);
    if (value !== null) text += `\n${HEADERS[index]}: ${value}`;
  }
  return text;
}

/** Bytes that a body gets room for at first. */
const FIRST = 16_384;
/** Bytes of the room that bodies have which are on their way. */
let gathered = 0;

/**
 * A body that is as short as most, which the platform gathers: read piece by piece it costs as much
 * CPU as a statement does. It has the room that is reserved for the first piece of others.
 */
async function shortBody(request, together, milliseconds) {
  if (gathered + FIRST > together) return "busy";
  gathered += FIRST;
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
  try {
    const buffer = await Promise.race([request.arrayBuffer(), late]);
    return buffer === undefined ? "late" : new Uint8Array(buffer);
  } catch {
    return "broken";
  } finally {
    clearTimeout(timer);
    gathered -= FIRST;
  }
}

/**
 * The body of a request, or why there is none: longer than `most` bytes, not there in time, or
 * bodies on their way would take more than `together` bytes. `announced` are the bytes that its
 * header says, which are no more than `most`. It is gathered here, for memory that
 * WebAssembly has taken it does not give back, and in one buffer, as large as what came and not as
 * what was announced.
 */
export async function body(request, announced, most, together, milliseconds) {
  if (announced <= FIRST) return shortBody(request, together, milliseconds);
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    reader.cancel().catch(() => {});
  }, milliseconds);
  // It grows where it stands: copies would be memory that is held until somebody collects it.
  const buffer = new ArrayBuffer(0, { maxByteLength: most });
  const bytes = new Uint8Array(buffer);
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (late) return "late";
      if (done) return bytes.subarray(0, length);
      const end = length + value.length;
      if (end > most) return "too long";
      if (end > buffer.byteLength) {
        const more = Math.min(most, Math.max(FIRST, end, 2 * buffer.byteLength)) - buffer.byteLength;
        if (gathered + more > together) return "busy";
        gathered += more;
        buffer.resize(buffer.byteLength + more);
      }
      bytes.set(value, length);
      length = end;
    }
  } catch {
    return late ? "late" : "broken";
  } finally {
    clearTimeout(timer);
    gathered -= buffer.byteLength;
    // Of what is left entry.mjs takes care.
    reader.releaseLock();
  }
}

/** Bytes of a piece of a body. */
const BODY_PIECE = 262_144;

/** The next piece of a body, nothing at its end, or why there is none. */
export async function bodyPiece(request, milliseconds) {
  if (request.body === null) return undefined;
  const reader = request.body.getReader();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    reader.cancel().catch(() => {});
  }, milliseconds);
  const pieces = [];
  let length = 0;
  try {
    while (length < BODY_PIECE) {
      const { done, value } = await reader.read();
      if (late) return "late";
      if (done) break;
      pieces.push(value);
      length += value.length;
    }
  } catch {
    return late ? "late" : "broken";
  } finally {
    clearTimeout(timer);
    reader.releaseLock();
  }
  if (length === 0) return undefined;
  const bytes = new Uint8Array(length);
  let end = 0;
  for (const piece of pieces) {
    bytes.set(piece, end);
    end += piece.length;
  }
  return bytes;
}

/**
 * The body of an address, or why there is none: as of `body`, or the server sends on to another
 * address (`redirect`), answers otherwise than with 200 (`status`), or is not there.
 */
export async function get(address, most, together, milliseconds) {
  try {
    const signal = AbortSignal.timeout(milliseconds);
    const reply = await fetch(address, { headers: { Accept: "application/json" }, redirect: "manual", signal });
    if (reply.status === 200) return await body(reply, Infinity, most, together, milliseconds);
    await reply.body?.cancel();
    return reply.status >= 300 && reply.status < 400 ? "redirect" : "status";
  } catch {
    return "unreachable";
  }
}

/** Milliseconds that the beginning of a reply may take once its status is known. */
const BEGINNING = 1_000;

/**
 * Posts to an address: the status, the seconds of `Retry-After` and the beginning of the reply, a
 * line each; nothing where there is no reply in time.
 */
export async function post(address, lines, body, most, milliseconds) {
  try {
    const signal = AbortSignal.timeout(milliseconds);
    const reply = await fetch(address, { method: "POST", headers: headersOf(lines), body, redirect: "manual", signal });
    return `${reply.status}\n${seconds(reply.headers.get("Retry-After"))}\n${await beginning(reply.body, most)}`;
  } catch {
    return undefined;
  }
}

/** A number of seconds, or the time until a date (RFC 9110 §10.2.3). */
function seconds(text) {
  if (text === null) return "";
  // No more digits than a number of the Worker has: how long is waited for at the most is its own.
  if (/^\d+$/.test(text)) return Math.min(text, 1e9);
  const date = Date.parse(text);
  return Number.isNaN(date) ? "" : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

/** So many bytes of a body, or what has come of it within a moment. The rest is not taken. */
async function beginning(body, most) {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const timer = setTimeout(() => reader.cancel().catch(() => {}), BEGINNING);
  let text = "";
  let length = 0;
  try {
    while (length < most) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, most - length), { stream: true });
      length += value.length;
    }
  } catch {
    // The status is known; what has come of the body will do.
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
  return text;
}

const ALGORITHMS = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
};

/** Whether a text was signed with the key whose public half is `key`, a JWK. */
export async function verify(algorithm, key, text, signature) {
  try {
    const how = ALGORITHMS[algorithm];
    const imported = await crypto.subtle.importKey("jwk", JSON.parse(key), how, false, ["verify"]);
    return await crypto.subtle.verify(how, imported, signature, encoder.encode(text));
  } catch {
    // What is no key has signed nothing.
    return false;
  }
}

/** A response; `lines` are name and value of each header, in turn; without `body` it has none. */
export function response(status, lines, body) {
  // A view of memory that the next request writes to: copied.
  return new Response(body?.slice() ?? null, { status, headers: headersOf(lines) });
}

/** The same with a body that comes in pieces: `next` gives one, until there is none. */
export function longResponse(status, lines, next) {
  const pull = (controller) => {
    const piece = next(false);
    if (piece === undefined) controller.close();
    else controller.enqueue(piece);
  };
  const source = { pull, cancel: () => void next(true) };
  // No piece is made before the client has room for it.
  const body = new ReadableStream(source, { highWaterMark: 0 });
  return new Response(body, { status, headers: headersOf(lines) });
}

/** The same of which `next` gives a promise of a piece. */
export function streamedResponse(status, lines, next) {
  const pull = async (controller) => {
    const piece = await next(false);
    if (piece === undefined) controller.close();
    else controller.enqueue(piece);
  };
  const source = { pull, cancel: () => void next(true) };
  const body = new ReadableStream(source, { highWaterMark: 0 });
  return new Response(body, { status, headers: headersOf(lines) });
}

function headersOf(lines) {
  const headers = {};
  const texts = lines.split("\n");
  for (let index = 0; index + 1 < texts.length; index += 2) headers[texts[index]] = texts[index + 1];
  return headers;
}

/** A binding of wrangler.toml: `DB` is shard 1, `DB_2` shard 2, and so on. */
export const database = (env, shard) => (shard === 1 ? env.DB : env[`DB_${shard}`]);

/** The numbers of the shards besides the first, in order. */
export function otherShards(env) {
  const numbers = Object.keys(env).map((name) => Number(/^DB_([1-9]\d{0,3})$/.exec(name)?.[1] ?? 0));
  return Uint16Array.from(numbers.filter((number) => number > 1)).sort();
}

/**
 * A variable or secret of the Worker as text: `NAME = false` in wrangler.toml, without quotes, is
 * none.
 */
export function variable(env, name) {
  const value = env[name];
  return ["string", "boolean", "number"].includes(typeof value) ? `${value}` : undefined;
}

export const prepare = (database, text, values) => database.prepare(text).bind(...values);

/** Runs statements in one transaction. */
export async function send(database, statements) {
  // One statement is a transaction by itself; as a batch it would be wrapped and unwrapped.
  return asTexts(statements.length === 1 ? [await statements[0].all()] : await database.batch(statements));
}

/** The messages of a batch, a line each. None of them is sent again. */
export function takeMessages(batch) {
  batch.ackAll();
  return batch.messages.map(({ body }) => JSON.stringify(body)).join("\n");
}

export const hasQueue = ({ QUEUE }) => QUEUE !== undefined;

/** Sends a message to the queue, which comes after so many seconds. */
export const wake = ({ QUEUE }, message, delaySeconds) => QUEUE.send(JSON.parse(message), { contentType: "json", delaySeconds });

/** Times that a counter is asked at once. */
const AT_ONCE = 100;

/**
 * Counts `count` at a rate-limit binding, one call each, by `key` or else by the address that the
 * request comes from: a promise of whether all are within the limit, or nothing where there is no
 * such binding.
 */
export function take(env, request, binding, key, count) {
  const limiter = env[binding];
  if (limiter === undefined) return undefined;
  return counted(limiter, key || (request.headers.get("CF-Connecting-IP") ?? ""), count);
}

async function counted(limiter, key, count) {
  for (let left = count; left > 0; left -= AT_ONCE) {
    const outcomes = await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => limiter.limit({ key })));
    if (!outcomes.every(({ success }) => success)) return false;
  }
  return true;
}

export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Characters of a text of many values; one value more may be in it. */
const PIECE = 65_536;
/** Characters of a value that is passed by itself. */
const LONG = 8_192;
/**
 * Characters of a text that is passed as it is; wasm-bindgen copies one character by character, so
 * longer ones go in UTF-8.
 */
const SHORT = 1_024;
const encoder = new TextEncoder();

/**
 * Results as few texts. The first begins with a line of numbers: how many texts of values there
 * are; rows read, rows written, microseconds; and of each statement its rows and its columns. Then
 * come the values, row by row, each behind a letter for its type, with U+0000 between, which no
 * stored text has. Of a long one there is only the letter: those follow, a text each.
 */
function asTexts(results) {
  let [read, written, took] = [0, 0, 0];
  const shape = [];
  const pieces = [];
  const long = [];
  let values = [];
  let length = 0;
  for (const { results: rows, meta } of results) {
    read += meta.rows_read;
    written += meta.rows_written;
    took += meta.duration;
    shape.push(rows.length, rows.length && Object.keys(rows[0]).length);
    for (const row of rows) {
      for (const value of Object.values(row)) {
        const text = itemText(value, long);
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
  const texts = pieces.map((piece) => piece.join("\0"));
  texts[0] = `${texts.length} ${read} ${written} ${Math.round(took * 1000)} ${shape.join(" ")}\n${texts[0]}`;
  return [...texts, ...long].map((text) => (text.length < SHORT ? text : encoder.encode(text)));
}

function itemText(value, long) {
  if (value === null) return "-";
  if (typeof value !== "string") return `n${value}`;
  if (value.length < LONG) return `t${value}`;
  long.push(value);
  return "l";
}
