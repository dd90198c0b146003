// The admin face of a deployment, over HTTP.

import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { askSecret } from "../ask.mjs";
import { Misunderstood, Problem, say } from "../say.mjs";
import { keptSetting } from "../secret.mjs";

/** How long a reply may take. */
const PATIENCE_MS = 60_000;
/** As many rows as a page may have. */
const PAGE = 200;
/** How a connection ends that the other side has closed. */
const CLOSED = ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"];
const NO_TOKEN =
  "there is no admin token: set ADMIN_TOKEN in the environment, give --token-file FILE, or run this in a terminal to be asked. `npm start` keeps its own in .dev.vars; a deployment has the one of `npx wrangler secret put ADMIN_TOKEN`.";

/** Verbs by the last word of a path, where that is not the noun of a `list`. */
const VERBS = { secrets: "clients secrets CLIENT", restore: "deleted restore ID", status: "status" };

export class Unreached extends Problem {
  exitCode = 3;
}

/** The calls of the face at `--url`. */
export async function connect({ url, "token-file": file }) {
  const base = baseOf(url ?? (process.env.ADMIN_URL || `http://127.0.0.1:${process.env.PORT || 8787}`));
  return callsOf({ base, ...(await findToken(file, base)), fetch });
}

/** The calls of a face: `get`, `post`, `patch`, `remove` and `list`, by path below /admin/v1. */
export function callsOf(face) {
  const send = (method, path, body) => ask(face, method, path, body);
  return {
    base: face.base,
    get: (path) => send("GET", path),
    post: (path, body) => send("POST", path, body),
    patch: (path, body) => send("PATCH", path, body),
    remove: (path) => send("DELETE", path),
    // Lines of JSON, as text or bytes, and as the body of a reply; `again`: they may come twice.
    lines: (path, body, again) => ask(face, "POST", path, body, { type: "application/x-ndjson", again }),
    stream: (path) => stream(face, path),
    list: async (path, { query = new URLSearchParams(), limit = Infinity } = {}) => {
      const rows = [];
      for (let next = ""; next !== null && rows.length < limit; ) {
        query.set("limit", Math.min(PAGE, limit - rows.length));
        if (next) query.set("after", next);
        const page = await send("GET", `${path}?${query}`);
        rows.push(...page.data);
        next = page.next;
      }
      return rows;
    },
  };
}

/**
 * The address of the face. Whoever pastes that of a face of the deployment means the deployment.
 */
function baseOf(text) {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new Misunderstood("--url is the address of the deployment, such as https://scim.example.com, without a name or a password in it.");
  }
  if (url.protocol === "http:" && !isHere(url)) throw new Misunderstood("the token does not travel unencrypted: write https:// in --url.");
  const path = url.pathname.replace(/\/+$/, "").replace(/\/(scim\/v2|admin\/v1)$/, "");
  const base = new URL(`${url.origin}${path}/admin/v1`);
  // The Worker answers below any path that is routed to it.
  if (path !== "") say(`--url has the path ${path}: the admin face is asked for at ${base}`);
  return base;
}

const isHere = ({ hostname }) => ["localhost", "127.0.0.1", "[::1]"].includes(hostname);

/**
 * A file that is named, the environment, .dev.vars (which is the local Worker's alone), or the
 * person at the terminal, who is asked so that the screen does not show it.
 */
async function findToken(file, base) {
  const given = file === undefined ? process.env.ADMIN_TOKEN || (isHere(base) && (await keptSetting("ADMIN_TOKEN"))) : await readToken(file);
  const token = (given || (await askSecret(NO_TOKEN))).trim();
  const source = given ? "the ADMIN_TOKEN or --token-file that was given" : "the token that was typed";
  if (/^[\x21-\x7e]+$/.test(token)) return { token, source };
  throw new Problem(token === "" ? NO_TOKEN : "the admin token has characters that no token has: is it the right file or variable?");
}

async function readToken(file) {
  if (file === "-" && process.stdin.isTTY) return "";
  const read = file === "-" ? text(process.stdin) : readFile(file, "utf8");
  const found = (await read.catch(({ code }) => {
    throw new Problem(`the file \`${file}\` of --token-file cannot be read (${code}).`);
  })).trim();
  if (found === "") throw new Problem(`\`${file}\` of --token-file is empty.`);
  return found;
}

async function request({ base, token, fetch }, path, { again = false, ...init }) {
  // The token goes where it was meant to go, nowhere else.
  const headers = { Authorization: `Bearer ${token}`, ...init.headers };
  const send = () => fetch(base + path, { ...init, headers, redirect: "manual" });
  // A kept connection may have been closed at the moment it was to be used: what does no harm twice
  // is done again.
  const isSafe = again || (init.method ?? "GET") === "GET";
  const isClosed = (error) => CLOSED.includes(error.cause?.code);
  return send().catch((error) => (isSafe && isClosed(error) ? send() : Promise.reject(error))).catch((error) => {
    if (error instanceof Problem) throw error;
    if (!isSafe && isClosed(error)) throw new Unreached(`${base.origin} broke the connection off (${error.cause.code}): it may have been done all the same. Look what is there, and do it again if it is not.`);
    throw new Unreached(`${base.origin} cannot be reached (${error.cause?.code ?? error.cause?.message ?? error.message}): ${isHere(base) ? "is `npm start` running there? PORT names another port, --url another deployment" : "check --url and the network"}.`);
  });
}

/** The body of a reply, in pieces of bytes. */
async function* stream(face, path) {
  const reply = await request(face, path, { headers: { Accept: "application/x-ndjson" } });
  if (!reply.ok) throw new Problem(refusal(reply, parse(await reply.text().catch(() => "")), face));
  try {
    yield* reply.body;
  } catch {
    throw new Unreached(`${face.base.origin} ended the reply early, so what was read is not all: do it anew.`);
  }
}

async function ask(face, method, path, body, { type = "application/json", again = false } = {}) {
  const reply = await request(face, path, {
    method,
    again,
    headers: { Accept: "application/json", ...(body !== undefined && { "Content-Type": type }) },
    body: body?.constructor === Object ? JSON.stringify(body) : body,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const said = await reply.text().catch(() => "");
  if (reply.status === 204) return null;
  const value = parse(said);
  if (reply.ok && value !== undefined) return value;
  throw new Problem(refusal(reply, value, face));
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a problem says, and the id by which it is found in the log. */
function refusal(reply, value, { base, source }) {
  const id = reply.headers.get("X-Request-Id");
  const request = id ? ` (${id})` : "";
  if (reply.status === 401) return `${value?.detail ?? "The token is refused."} This was ${source} for ${base.origin}.${request}`;
  if (typeof value?.detail === "string") return `${inVerbs(value.detail)}${request}`;
  if (reply.status >= 300 && reply.status < 400) return `${base.origin} sends us on to ${reply.headers.get("Location")}: give that in --url, if it is yours.`;
  return `${base} answers ${reply.status}, and not as the admin face does: is --url that of a deployment of this project, of a release that has one?`;
}

/** What the face tells to do by a path, as this command does it. */
export function inVerbs(detail) {
  return detail.replace(/(?:GET|POST) \/admin\/v1\/([\w{}/-]*[\w}])/g, (_, path) => {
    const last = path.split("/").at(-1);
    return `\`npm run admin -- ${VERBS[last] ?? `${last} list`}${path.startsWith("tenants/") ? " --tenant TENANT" : ""}\``;
  });
}
