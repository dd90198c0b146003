// Fills a local D1 with users, teams and memberships, in SQL and so in seconds.
//
// The rows are copies of what the Worker itself wrote for one user, one team and one member, with
// other numbers: a change of the tables or of what is stored needs no change here.

import { localDatabase, readConfig } from "../scripts/config.mjs";
import { say } from "../scripts/say.mjs";

/**
 * Teams, by number of members: how many there are. A round adds members; many small teams keep them
 * small.
 */
export const TEAMS = { 10: 200, 1_000: 20, 10_000: 2, 100_000: 1 };
/** Teams without members, for the users who are in twenty. */
export const EMPTY_TEAMS = 20;

/** Stands in the copied rows where each copy has its own number. */
const NUMBER = "9999999";
const EPOCH = Date.UTC(2024, 0, 1);
/** 2,654,435,761 times a number stays within what JavaScript counts exactly. */
const FIRST_TEAM = 1_000_000;
const ROWS = 25_000;

export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";

export const randomBelow = (limit) => Math.floor(Math.random() * limit);

/** The id of the user with this number: a UUIDv7, ascending. */
export function id(number) {
  const time = (EPOCH + number).toString(16).padStart(12, "0");
  const rest = ((number * 2_654_435_761) % 2 ** 48).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${rest}`;
}

/** The same in SQL. */
function idOf(number) {
  const time = `printf('%012x', ${EPOCH} + ${number})`;
  const rest = `printf('%012x', (${number}) * 2654435761 % ${2 ** 48})`;
  return `substr(${time}, 1, 8) || '-' || substr(${time}, 9) || '-7000-8000-' || ${rest}`;
}

export function padded(number) {
  return String(number).padStart(NUMBER.length, "0");
}

export const userName = (number) => `Bench.User.${padded(number)}@example.com`;

/** What a provider sends to create a user. */
export function userBody(number) {
  const name = padded(number);
  return JSON.stringify({
    schemas: [USER],
    userName: userName(number),
    externalId: `ext-${name}`,
    name: { givenName: "Bench", familyName: `User${name}`, formatted: `Bench User ${name}` },
    displayName: `Bench User ${name}`,
    emails: [{ value: userName(number), type: "work", primary: true }],
    title: "Engineer",
    active: true,
  });
}

/** The teams: size, place among those of its size, number, members from which on. */
function* teams() {
  let number = FIRST_TEAM;
  for (const [size, count] of [[0, EMPTY_TEAMS], ...Object.entries(TEAMS)]) {
    for (let place = 0; place < count; place += 1) {
      yield { size: Number(size), place, number, first: place * size };
      number += 1;
    }
  }
}

const teamNumbers = new Map([...teams()].map(({ size, place, number }) => [`${size}/${place}`, number]));

/** The id of a team; `size` 0 for those without members. */
export const teamId = (size, place) => id(teamNumbers.get(`${size}/${place}`));

export const TEAM_COUNT = teamNumbers.size;

/** The users from this number on are in no team: to be read, and to be put into teams. */
export const loners = (users) => Math.floor(users / 2);

/** Teams may have more members than there are users: the rest are ids of nobody. */
export const memberNumber = (users, place) => `iif(${place} < ${loners(users)}, ${place}, ${place} + ${users - loners(users)})`;

/** Has the Worker write one of each, and takes the rows. */
export async function takePattern(worker, state) {
  const user = await worker.send("POST", "/Users", userBody(NUMBER), 201);
  const group = { schemas: [GROUP], displayName: `Bench Group ${NUMBER}`, members: [{ value: user.id }] };
  await worker.send("POST", "/Groups", JSON.stringify(group), 201);
  const resource = JSON.stringify(await worker.send("GET", `/Users/${user.id}?excludedAttributes=groups`, undefined, 200));
  await worker.stop();
  return withDatabase(state, async (all) => {
    const pattern = { resource, userId: user.id };
    for (const table of ["users", "teams", "team_members"]) {
      const columns = await all(`PRAGMA table_xinfo(${table})`);
      const stored = columns.filter(({ hidden, name }) => hidden === 0 && name !== "seq").map(({ name }) => name);
      [pattern[table]] = await all(`SELECT ${stored} FROM ${table}`);
    }
    await all("DELETE FROM users");
    await all("DELETE FROM teams");
    return pattern;
  });
}

/** Fills the database of our Worker, migrated and empty. */
export async function seed(state, pattern, users) {
  await withDatabase(state, async (all) => {
    await copies(all, "users", pattern.users, 0, users, (n) => ({ id: idOf(n) }));
    await copies(all, "teams", pattern.teams, FIRST_TEAM, FIRST_TEAM + TEAM_COUNT, (n) => ({ id: idOf(n) }));
    await memberships(all, "team_members", pattern.team_members, users);
  });
}

/** Fills the database of the ceilings. */
export async function seedBare(state, pattern, users) {
  await withDatabase(state, async (all) => {
    for (const text of [
      "CREATE TABLE bare_users (id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID",
      "CREATE TABLE bare_teams (id TEXT PRIMARY KEY, version TEXT NOT NULL) WITHOUT ROWID",
      "CREATE TABLE bare_members (team_id TEXT NOT NULL, member_id TEXT NOT NULL, member_type TEXT NOT NULL, display TEXT NOT NULL, PRIMARY KEY (team_id, member_id)) WITHOUT ROWID",
      "CREATE INDEX bare_members_member ON bare_members (member_id, team_id)",
    ]) {
      await all(text);
    }
    await copies(all, "bare_users", { id: "", document: pattern.resource }, 0, users, (n) => ({
      id: idOf(n),
      document: `replace(replace(?2, '${pattern.userId}', ${idOf(n)}), '${NUMBER}', printf('%07d', ${n}))`,
    }));
    await copies(all, "bare_teams", { id: "", version: "0" }, FIRST_TEAM, FIRST_TEAM + TEAM_COUNT, (n) => ({ id: idOf(n) }));
    const { team_id, member_id, member_type, display } = pattern.team_members;
    await memberships(all, "bare_members", { team_id, member_id, member_type, display }, users);
  });
}

async function memberships(all, table, row, users) {
  for (const { number, first, size } of teams()) {
    await copies(all, table, row, first, first + size, (place) => ({
      team_id: idOf(number),
      member_id: idOf(memberNumber(users, place)),
    }));
  }
}

/**
 * Inserts copies of a row with the numbers from `start` to before `end`; `set` gives columns as
 * SQL.
 */
async function copies(all, table, row, start, end, set) {
  const columns = Object.keys(row);
  const own = set("n.n");
  const values = columns.map((name, index) => {
    const text = typeof row[name] === "string" && row[name].includes(NUMBER);
    return own[name] ?? (text ? `replace(?${index + 1}, '${NUMBER}', printf('%07d', n.n))` : `?${index + 1}`);
  });
  for (let from = start; from < end; from += ROWS) {
    const to = Math.min(from + ROWS, end);
    await all(
      `INSERT INTO ${table} (${columns}) WITH RECURSIVE n(n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM n WHERE n < ${to - 1}) SELECT ${values} FROM n WHERE 1`,
      ...Object.values(row),
    );
    if (to < end) say(`  ${table}: ${to - start} of ${end - start}`);
  }
}

/**
 * SQL goes through a Worker: Miniflare's own way to a binding now and then fails on a busy machine.
 */
const SCRIPT = `export default {
  async fetch(request, { DB }) {
    const [text, ...values] = await request.json();
    return Response.json((await DB.prepare(text).bind(...values).all()).results);
  },
};`;

async function withDatabase(state, work) {
  const { Log, LogLevel, Miniflare } = await import("miniflare");
  const options = localDatabase(await readConfig(), state);
  const miniflare = new Miniflare({ modules: true, script: SCRIPT, ...options, log: new Log(LogLevel.ERROR) });
  const all = async (...statement) => {
    const reply = await miniflare.dispatchFetch("http://database/", { method: "POST", body: JSON.stringify(statement) });
    return reply.json();
  };
  try {
    return await work(all);
  } finally {
    await miniflare.dispose();
  }
}
