// Another SCIM server as the source of an import: its lists, page by page (RFC 7644 §3.4.2.4, RFC
// 9865), users first.

import { Misunderstood, Problem } from "../say.mjs";
import { Unreached } from "./client.mjs";

const PAGE = 100;
const PATIENCE_MS = 60_000;

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

async function get(address, token) {
  const reply = await fetch(address, {
    headers: { Authorization: `Bearer ${token}`, Accept: "application/scim+json, application/json" },
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error) => {
    throw new Unreached(`${new URL(address).origin} cannot be reached (${error.cause?.code ?? error.message}).`);
  });
  const body = await reply.json().catch(() => undefined);
  if (reply.ok && body !== undefined) return body;
  throw new Problem(`${address} answers ${reply.status}${body?.detail ? `: ${body.detail}` : ""}: is SCIM_SOURCE_TOKEN a token of that server, and --from-scim its base URL?`);
}
