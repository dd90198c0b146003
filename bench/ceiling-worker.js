// What a bare Worker does with the same D1: no protocol, no checks, hand-written SQL over tables of
// its own (seed.mjs). Each path is the ceiling of the workloads that name it.

const JSON_TYPE = { headers: { "Content-Type": "application/json" } };

const POINT = "SELECT document FROM bare_users WHERE id = ?1";
const INSERT = "INSERT INTO bare_users (id, document) VALUES (?1, ?2)";
const UPDATE =
  "UPDATE bare_users SET document = json_set(document, '$.active', json(?2)) WHERE id = ?1 RETURNING document";
const PAGE =
  "SELECT '[' || group_concat(document) || ']' AS page FROM (SELECT document FROM bare_users WHERE id > ?1 ORDER BY id LIMIT 100)";
const TOUCH = "UPDATE bare_teams SET version = ?2 WHERE id = ?1";
const JOIN = "INSERT INTO bare_members (team_id, member_id, member_type, display) VALUES (?1, ?2, 'User', ?2)";
const VERSION = "SELECT version FROM bare_teams WHERE id = ?1";
const MEMBERS =
  "INSERT INTO bare_members (team_id, member_id, member_type, display) SELECT ?1, value, 'User', value FROM json_each(?2)";
// D1 gives at most 2 MB as one value, so the members come as two.
const HALF = (offset) =>
  `SELECT group_concat('{"value":"' || member_id || '","$ref":"' || ?2 || member_id || '","type":"' || member_type
     || '","display":' || json_quote(display) || '}') AS members
   FROM (SELECT * FROM bare_members WHERE team_id = ?1 ORDER BY member_id LIMIT 5000 OFFSET ${offset})`;
const AGGREGATE = `${HALF(0)} UNION ALL ${HALF(5000)}`;

const ANSWERS = {
  async ok() {
    return new Response("ok");
  },
  async point({ db, query }) {
    const { document } = await db.prepare(POINT).bind(query.get("id")).first();
    return new Response(document, JSON_TYPE);
  },
  async insert({ db, request }) {
    const document = await request.text();
    await db.batch([db.prepare(INSERT).bind(fresh(), document)]);
    return new Response(document, { status: 201, ...JSON_TYPE });
  },
  async update({ db, query, request }) {
    const { document } = await db.prepare(UPDATE).bind(query.get("id"), await request.text()).first();
    return new Response(document, JSON_TYPE);
  },
  async page({ db, query }) {
    const { page } = await db.prepare(PAGE).bind(query.get("after")).first();
    return new Response(`{"Resources":${page}}`, JSON_TYPE);
  },
  async three({ db, query }) {
    const team = query.get("team");
    await db.batch([
      db.prepare(TOUCH).bind(team, fresh()),
      db.prepare(JOIN).bind(team, fresh()),
      db.prepare(VERSION).bind(team),
    ]);
    return new Response(null, { status: 204 });
  },
  async members({ db, request }) {
    await db.batch([db.prepare(MEMBERS).bind(fresh(), await request.text())]);
    return new Response(null, { status: 201 });
  },
  async aggregate({ db, query, url }) {
    const { results } = await db.prepare(AGGREGATE).bind(query.get("team"), `${url.origin}/scim/v2/Users/`).all();
    return new Response(`{"members":[${results.map(({ members }) => members)}]}`, JSON_TYPE);
  },
  /** Not measured: what the measured requests wrote goes again. */
  async reset({ db }) {
    await db.batch([
      db.prepare("DELETE FROM bare_users WHERE id > 'z'"),
      db.prepare("DELETE FROM bare_members WHERE team_id > 'z'"),
      db.prepare("DELETE FROM bare_members WHERE member_id > 'z'"),
    ]);
    return new Response(null, { status: 204 });
  },
};

/** A key behind those of the seed. */
const fresh = () => `z${crypto.randomUUID()}`;

export default {
  fetch(request, env) {
    const url = new URL(request.url);
    return ANSWERS[url.pathname.slice(1)]({ request, url, query: url.searchParams, db: env.DB });
  },
};
