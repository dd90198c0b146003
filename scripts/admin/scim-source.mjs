// Another SCIM server as the source of an import: its lists, page by page (RFC 7644 §3.4.2.4, RFC
// 9865), users first.

import { setTimeout as wait } from "node:timers/promises";
import { Misunderstood, Problem, say } from "../say.mjs";
import { Unreached } from "./client.mjs";

const PAGE = 100;
const PATIENCE_MS = 60_000;
/** How often a page is asked for from a server that is busy, and how long is waited at the most. */
const TRIES = 6;
const LONGEST_S = 60;

/** The resources of the server at a base URL, a line each. */
export async function* scimLines(text) {
  const base = baseOf(text);
  const token = process.env.SCIM_SOURCE_TOKEN;
  if (!token) throw new Problem("the token of the other server is not there: set SCIM_SOURCE_TOKEN in the environment.");
  for (const endpoint of ["Users", "Groups"]) yield* resources(`${base}/${endpoint}`, token);
}

function baseOf(text) {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(url?.hostname);
  if (!url || url.username || !(url.protocol === "https:" || (url.protocol === "http:" && isHere))) {
    throw new Misunderstood("--from-scim takes the base URL of a SCIM server, such as https://scim.example.com/scim/v2.");
  }
  return text.replace(/\/+$/, "");
}

async function* resources(address, token) {
  let cursor = await firstCursor(address, token);
  for (let start = 1; ; ) {
    const query = cursor === undefined ? { startIndex: String(start), count: String(PAGE) } : { cursor, count: String(PAGE) };
    const page = await get(`${address}?${new URLSearchParams(query)}`, token);
    const found = page.Resources ?? [];
    for (const resource of found) yield JSON.stringify(resource);
    if (cursor !== undefined) {
      if (!page.nextCursor) return;
      cursor = page.nextCursor;
    } else {
      start += found.length;
      // A server may give fewer than were asked for.
      if (found.length === 0 || start > (page.totalResults ?? 0)) return;
    }
  }
}

/**
 * The cursor of the first page, where the server knows cursors: pages by index shift while it is
 * written to.
 */
async function firstCursor(address, token) {
  const config = await get(address.replace(/\/[^/]*$/, "/ServiceProviderConfig"), token).catch(() => ({}));
  return config.pagination?.cursor === true ? "" : undefined;
}

async function get(address, token, tries = 1) {
  const reply = await fetch(address, {
    headers: { Authorization: `Bearer ${token}`, Accept: "application/scim+json, application/json" },
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error) => {
    throw new Unreached(`${new URL(address).origin} cannot be reached (${error.cause?.code ?? error.message}).`);
  });
  const body = await reply.json().catch(() => undefined);
  if (reply.ok && body !== undefined) return body;
  const answers = `${address} answers ${reply.status}${body?.detail ? ` (${body.detail})` : ""}`;
  if (reply.status !== 429 && reply.status !== 503) {
    throw new Problem(`${answers}: is SCIM_SOURCE_TOKEN a token of that server, and --from-scim its base URL?`);
  }
  if (tries === TRIES) {
    throw new Problem(`${answers}, ${TRIES} times in a row: the server is busy. Nothing was imported; do it again later.`);
  }
  const seconds = secondsOf(reply.headers.get("retry-after")) ?? 2 ** tries;
  const pause = Math.min(Math.max(seconds, 1), LONGEST_S);
  say(`${answers}; asked again in ${pause} s`);
  await wait(pause * 1000);
  return get(address, token, tries + 1);
}

/** The seconds that `Retry-After` tells, as a number or as a date (RFC 9110 §10.2.3). */
function secondsOf(text) {
  const seconds = Number(text || NaN);
  const told = Number.isNaN(seconds) ? Math.ceil((Date.parse(text) - Date.now()) / 1000) : seconds;
  return Number.isNaN(told) ? undefined : told;
}
