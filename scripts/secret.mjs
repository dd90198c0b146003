// The settings of the local Worker: .dev.vars, which wrangler reads too and git ignores, and the environment over it.

import { randomBytes } from "node:crypto";
import { appendFile, chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./process.mjs";
import { Problem } from "./say.mjs";

const FILE = join(ROOT, ".dev.vars");
/** The digits of base62, in their order. */
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** The database that knows the tokens made here. */
const SHARD = 1;

/** Characters of the shortest SCIM_TOKEN that the Worker takes (src/service/credential.rs). */
const SHORTEST = 32;

/** A token that nobody guesses: 256 bits. */
export function mintToken() {
  return tokenOf(randomBytes(32), SHARD);
}

/**
 * The token of 32 bytes, as the Worker reads it (src/service/token.rs): it says where one found in a log or a commit
 * belongs, and which database knows it, and has a checksum.
 */
export function tokenOf(bytes, shard) {
  const front = `scim_${shard}_${base62(BigInt(`0x${bytes.toString("hex")}`), 43)}`;
  return front + base62(BigInt(crc32(front)), 6);
}

function base62(number, length) {
  let text = "";
  for (let rest = number; text.length < length; rest /= 62n) text = DIGITS[Number(rest % 62n)] + text;
  return text;
}

/** The CRC-32 of a text (IEEE 802.3); `zlib` has one from Node 22 on. */
function crc32(text) {
  let remainder = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  }
  return ~remainder >>> 0;
}

/** The Worker's variables under `npm start`; `made` when a token had to be made. */
export async function devVars() {
  const text = await readFile(FILE, "utf8").catch(() => "");
  // Whoever else has an account on this machine has no business with the token; a file made by hand may be open.
  await chmod(FILE, 0o600).catch(() => {});
  const kept = settings(text);
  const vars = { REPORT_COST: "true", LOG_ALL: "true", ...kept };
  if (process.env.SCIM_TOKEN) {
    checkToken(process.env.SCIM_TOKEN, "the environment");
    return { ...vars, SCIM_TOKEN: process.env.SCIM_TOKEN, made: false };
  }
  if (vars.SCIM_TOKEN) {
    checkToken(vars.SCIM_TOKEN, ".dev.vars");
    return { ...vars, made: false };
  }
  const token = mintToken();
  const report = kept.REPORT_COST === undefined ? 'REPORT_COST="true"\n' : "";
  const newline = text === "" || text.endsWith("\n") ? "" : "\n";
  await appendFile(FILE, `${newline}SCIM_TOKEN="${token}"\n${report}`, { mode: 0o600 });
  return { ...vars, SCIM_TOKEN: token, made: true };
}

/** A Problem where a token can be guessed. */
function checkToken(token, where) {
  if (token.length >= SHORTEST) return;
  throw new Problem(
    `the SCIM_TOKEN of ${where} has ${token.length} characters, and the Worker takes none under ${SHORTEST}: take it away, and one is made, or set a longer one (\`openssl rand -hex 32\` makes one).`,
  );
}

/** NAME=value or NAME="value", a line each: what this project writes there. */
function settings(text) {
  const lines = text.matchAll(/^[ \t]*([A-Za-z_]\w*)[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)'|([^#\n]*))/gm);
  return Object.fromEntries([...lines].map(([, name, ...values]) => [name, values.find((value) => value !== undefined).trim()]));
}
