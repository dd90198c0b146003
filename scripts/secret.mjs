// The settings of the local Worker: .dev.vars, which wrangler reads too and git ignores, and the
// environment over it.

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

/** The secrets that are made where there are none, and how each is made. */
const SECRETS = {
  SCIM_TOKEN: () => mintToken("scim"),
  ADMIN_TOKEN: () => mintToken("scimadmin"),
  MASTER_KEY: () => randomBytes(32).toString("hex"),
};

/** Characters of the shortest secret that the Worker takes (src/service/credential.rs). */
const SHORTEST = 32;

/** A token that nobody guesses, of a tenant or (`scimadmin`) of an operator: 256 bits. */
export function mintToken(kind = "scim") {
  return tokenOf(randomBytes(32), SHARD, kind);
}

/**
 * The token of 32 bytes, as the Worker reads it (src/service/token.rs): it says where one found in
 * a log or a commit belongs, and which database knows it, and has a checksum.
 */
export function tokenOf(bytes, shard, kind = "scim") {
  const front = `${kind}_${shard}_${base62(BigInt(`0x${bytes.toString("hex")}`), 43)}`;
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

/** The Worker's variables under `npm start`; `made` names the secrets that had to be made. */
export async function devVars() {
  const text = await readFile(FILE, "utf8").catch(() => "");
  // Whoever else has an account on this machine has no business with the token; a file made by hand
  // may be open.
  await chmod(FILE, 0o600).catch(() => {});
  const kept = settings(text);
  const vars = { REPORT_COST: "true", LOG_ALL: "true", LOCAL_ADDRESSES: "true", ...kept };
  const made = [];
  let lines = "";
  for (const [name, make] of Object.entries(SECRETS)) {
    const given = process.env[name];
    if (given) vars[name] = given;
    if (vars[name]) {
      checkToken(name, vars[name], given ? "the environment" : ".dev.vars");
      continue;
    }
    vars[name] = make();
    made.push(name);
    lines += `${name}="${vars[name]}"\n`;
  }
  if (made.length > 0) {
    const report = kept.REPORT_COST === undefined ? 'REPORT_COST="true"\n' : "";
    const newline = text === "" || text.endsWith("\n") ? "" : "\n";
    await appendFile(FILE, newline + lines + report, { mode: 0o600 });
  }
  return { ...vars, made };
}

/** What .dev.vars has under a name. */
export async function keptSetting(name) {
  return settings(await readFile(FILE, "utf8").catch(() => ""))[name];
}

/** A Problem where a token can be guessed. */
function checkToken(name, token, where) {
  if (token.length >= SHORTEST) return;
  throw new Problem(
    `the ${name} of ${where} has ${token.length} characters, and the Worker takes none under ${SHORTEST}: take it away, and one is made, or set a longer one (\`openssl rand -hex 32\` makes one).`,
  );
}

/** NAME=value or NAME="value", a line each: what this project writes there. */
function settings(text) {
  const lines = text.matchAll(/^[ \t]*([A-Za-z_]\w*)[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)'|([^#\n]*))/gm);
  return Object.fromEntries([...lines].map(([, name, ...values]) => [name, values.find((value) => value !== undefined).trim()]));
}
