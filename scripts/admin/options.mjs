// The options of `npm run admin`, of all verbs, and what each means.

import { parseExpiry } from "../arguments.mjs";
import { Misunderstood } from "../say.mjs";

const text = (meaning, value) => ({ type: "string", meaning, value });
const many = (meaning, value) => ({ type: "string", multiple: true, meaning, value });
const flag = (meaning) => ({ type: "boolean", meaning });

export const OPTIONS = {
  tenant: text("the tenant: its number, or ext: and the application's own id (ext:org_77)", "TENANT"),
  label: text("what the token is for", "LABEL"),
  scopes: text("what it may do, with commas", "SCOPES"),
  expires: text("a date (2027-01-31), a time (2027-01-31T12:00:00Z) or a number of days; never, if not given", "WHEN"),
  subject: text("the id of the user that /Me means", "SUBJECT"),
  issuer: text("the iss that the assertions of a client have", "ISSUER"),
  audience: text("the aud that they have", "AUDIENCE"),
  "jwks-uri": text("the address of the keys that sign them", "URL"),
  shard: text("the number of the database that it goes to; by default the one with the fewest users (docs/scaling.md)", "NUMBER"),
  "external-id": text("the application's own id of the customer; empty takes it away", "ID"),
  metadata: many("a text to keep with the tenant, again for another; KEY= takes it away", "KEY=TEXT"),
  status: text("only those with this status: 409, or 4xx", "STATUS"),
  method: text("only those with this method", "METHOD"),
  since: text("only those from this time on: 2026-11-26, or 2026-11-26T12:00:00Z", "WHEN"),
  until: text("only those before this time", "WHEN"),
  resource: text("only those about this resource", "ID"),
  text: text("only those with this text in path, query, sentence, User-Agent, habits or bodies", "TEXT"),
  types: text("only those of these types, with commas: user.*,group.members", "TYPES"),
  after: text("only what comes behind this cursor", "CURSOR"),
  forward: text("the address that events are posted to", "URL"),
  request: text("the X-Request-Id of what is to be taken back; of one operation of a Bulk req_…:3", "REQUEST"),
  "from-seq": text("the number of the first event that is to be taken back", "NUMBER"),
  "to-seq": text("that of the last; the newest, if not given", "NUMBER"),
  "dry-run": flag("tell what would be done, and do nothing"),
  limit: text("how many, at the most; 50, if not given", "NUMBER"),
  "from-scim": text("the base URL of a SCIM server to import from; its token is SCIM_SOURCE_TOKEN in the environment", "URL"),
  type: text("a type of events, user.deactivated; webhook.test, if not given", "TYPE"),
  include: text("`resource`: with each event the resource as it is then", "WHAT"),
  endpoint: text("the address that events are posted to", "URL"),
  state: text("active or disabled", "STATE"),
  from: text("the event or cursor that it begins with", "EVENT"),
  to: text("the event or cursor that it ends with; the newest, if not given", "EVENT"),
  wait: flag("stay until the job has ended"),
  yes: flag("do it without asking"),
  url: text("the deployment: https://scim.example.com. ADMIN_URL, or that of `npm start`, if not given", "URL"),
  "token-file": text("a file with the admin token (- is stdin)", "FILE"),
  json: flag("for programs: what the admin face said, whole; a list is one array"),
  help: { ...flag("these words"), short: "h" },
};

/** Those that every verb takes. */
export const COMMON = ["url", "token-file", "json", "help"];

/** The time that `--expires` names, or null for `never`. */
export function expiry(when) {
  if (when === undefined) return undefined;
  return when === "never" ? null : parseExpiry(when, new Date());
}

/** The time that an option names; a date is its first moment, UTC. */
export function moment(when, option) {
  if (when === undefined) return undefined;
  const time = new Date(when);
  const isTime = /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(when) && !Number.isNaN(time.getTime());
  if (!isTime) throw new Misunderstood(`${option} takes a date (2026-11-26) or a time (2026-11-26T12:00:00Z); this was given: ${when}.`);
  return time.toISOString();
}

/** The number of rows that `--limit` names. */
export function rowsOf(limit) {
  if (!/^[1-9]\d{0,4}$/.test(limit)) throw new Misunderstood(`--limit takes a number of rows; this was given: ${limit}.`);
  return Number(limit);
}

/** The scopes of `--scopes`. */
export function scopes(list) {
  return list?.split(",").map((scope) => scope.trim()).filter((scope) => scope !== "");
}

/** The texts of `--metadata`; with nothing behind the sign, null. */
export function metadata(pairs) {
  return pairs && Object.fromEntries(pairs.map((pair) => pairOf(pair, "--metadata")).map(([key, value]) => [key, value || null]));
}

/** What stands before the first `=` and what behind. */
export function pairOf(word, what) {
  const at = word.indexOf("=");
  if (at < 1) throw new Misunderstood(`\`${word}\` is no ${what}: write NAME=VALUE.`);
  return [word.slice(0, at), word.slice(at + 1)];
}

/** The path of the tenant that is named. */
export function tenantPath(tenant) {
  const [, ext = "", id] = checkTenant(tenant).match(/^(ext:)?(.*)$/s);
  return `/tenants/${ext}${encodeURIComponent(id)}`;
}

/** A tenant, if it is named as one may be. */
export function checkTenant(tenant) {
  if (/^([1-9]\d{0,14}|ext:.+)$/s.test(tenant)) return tenant;
  throw new Misunderstood(`\`${tenant}\` names no tenant: give its number, or ext: and the application's own id of it (ext:org_77). \`npm run admin -- tenants list\` shows them.`);
}
