// The workloads, and what each is held to. README.md tells how to add one.

import { createServer } from "node:http";
import { EMPTY_TEAMS, GROUP, id, loners, padded, randomBelow, TEAM_COUNT, TEAMS, teamId, userBody, userName } from "./seed.mjs";

const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

const get = (path) => ({ method: "GET", path, status: 200 });
const filter = (text) => get(`/Users?filter=${encodeURIComponent(text)}`);
const patch = (path, status, ...operations) => ({
  method: "PATCH",
  path,
  body: JSON.stringify({ schemas: [PATCH_OP], Operations: operations }),
  status,
});

/** A number that no seeded user has. */
let created = 6_000_000;
const fresh = () => (created += 1);

/** A user who is in no team. */
const loner = ({ users }) => loners(users) + randomBelow(users - loners(users));

const expect = (what, found, wanted) => {
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
};
const found = (count) => ({ totalResults }) => expect("totalResults", totalResults, count);
const pageOf100 = ({ Resources }) => expect("resources", Resources.length, 100);

/**
 * name      as in the table
 * clients   16 unless told
 * ceiling   by its name in ceilings.mjs
 * goal      the least ratio to the ceiling
 * point     held to the CPU goal
 * growth    p50 from the fewest to the most users is held to the growth goal
 * size      of the group; `series` joins workloads that differ by it into one measurement
 * begin     (server) => lane, once; the lane has
 *   next      () => the next request, or null when there is nothing left in this round
 *   verify    the JSON answer of one request is what it should be
 *   before    prepares a round, after undoes it, unmeasured
 */
export const WORKLOADS = [
  {
    name: "feed, 200 events a page",
    clients: 1,
    ceiling: "page",
    begin: feed,
  },
  {
    name: "discovery",
    ceiling: "ok",
    begin: () => ({ next: () => ({ ...get("/ServiceProviderConfig"), isOpen: true }), verify: ({ patch: { supported } }) => expect("patch", supported, true) }),
  },
  {
    name: "get a user",
    ceiling: "point",
    goal: 0.92,
    point: true,
    growth: true,
    begin: (server) => ({
      next: () => get(`/Users/${id(loner(server))}`),
      verify: ({ userName: name }) => expect("userName", name.startsWith("Bench.User."), true),
    }),
  },
  {
    name: "userName eq, hit",
    ceiling: "point",
    goal: 0.92,
    point: true,
    growth: true,
    begin: (server) => ({ next: () => filter(`userName eq "${userName(loner(server))}"`), verify: found(1) }),
  },
  {
    name: "userName eq, miss",
    ceiling: "point",
    goal: 0.92,
    point: true,
    growth: true,
    begin: () => ({ next: () => filter(`userName eq "nobody.${randomBelow(1e6)}@example.com"`), verify: found(0) }),
  },
  {
    name: "page of 100, first",
    ceiling: "page",
    begin: () => ({ next: () => get("/Users?count=100"), verify: pageOf100 }),
  },
  {
    name: "page of 100, deep by cursor",
    ceiling: "page",
    goal: 0.8,
    begin: deepByCursor,
  },
  {
    name: "page of 100, deep by startIndex",
    ceiling: "page",
    begin: ({ users }) => ({
      next: () => get(`/Users?count=100&startIndex=${Math.floor(users * 0.9) - randomBelow(100)}`),
      verify: pageOf100,
    }),
  },
  {
    name: "userName co",
    ceiling: "point",
    begin: (server) => ({ next: () => filter(`userName co "${padded(loner(server))}"`), verify: found(1) }),
  },
  {
    name: "and/or filter",
    ceiling: "point",
    begin: (server) => ({
      next: () => {
        const number = loner(server);
        return filter(`active eq true and (userName eq "${userName(number)}" or emails.value eq "${userName(number)}")`);
      },
      verify: found(1),
    }),
  },
  {
    name: "get a group of 10,000, no members",
    ceiling: "point",
    goal: 0.9,
    point: true,
    begin: () => ({
      next: () => get(`/Groups/${teamId(10_000, randomBelow(TEAMS[10_000]))}?excludedAttributes=members`),
      verify: ({ members }) => expect("members", members, undefined),
    }),
  },
  {
    name: "get a group of 10,000",
    ceiling: "aggregate",
    goal: 0.8,
    begin: () => ({
      next: () => get(`/Groups/${teamId(10_000, randomBelow(TEAMS[10_000]))}`),
      verify: ({ members }) => expect("members", members.length, 10_000),
    }),
  },
  { name: "create, 1 client", clients: 1, ceiling: "insert", goal: 0.85, begin: create },
  { name: "create", ceiling: "insert", goal: 0.85, growth: true, begin: create },
  {
    name: "PATCH active",
    ceiling: "update",
    goal: 0.85,
    growth: true,
    begin: patchActive,
  },
  { name: "create, with a webhook", ceiling: "insert", begin: (server) => withWebhook(server, create(server)) },
  { name: "PATCH active, with a webhook", ceiling: "update", begin: (server) => withWebhook(server, patchActive(server)) },
  ...Object.keys(TEAMS).map(Number).map((size) => ({
    name: `add a member to a group of ${size.toLocaleString("en")}`,
    ceiling: "three",
    goal: size === 10_000 ? 0.75 : undefined,
    growth: true,
    series: "members",
    size,
    begin: (server) => addMember(server, size),
  })),
  { name: "create a group of 1,000", ceiling: "members", goal: 0.7, begin: createGroup },
  { name: "delete a user in 20 groups", ceiling: "three", goal: 0.75, begin: deleteUser },
];

function create(server) {
  return {
    next: () => ({ method: "POST", path: "/Users", body: userBody(fresh()), status: 201 }),
    after: () => trim(server, "/Users", server.users),
  };
}

function patchActive(server) {
  const inactive = new Set();
  return {
    next: () => {
      const number = loner(server);
      const active = inactive.delete(number);
      if (!active) inactive.add(number);
      return patch(`/Users/${id(number)}`, 200, { op: "replace", path: "active", value: active });
    },
    verify: ({ active }) => expect("active", active, false),
  };
}

/**
 * The same where each event is posted to an endpoint, which takes it: all the while, so what the
 * deliveries take of the instance is in the figures. The endpoint goes with the round.
 */
async function withWebhook(server, lane) {
  const receiver = createServer((request, reply) => request.on("end", () => reply.end()).resume());
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  receiver.unref();
  const url = `http://127.0.0.1:${receiver.address().port}/`;
  let endpoint;
  return {
    ...lane,
    async before() {
      ({ id: endpoint } = await server.ask("POST", "/webhooks", JSON.stringify({ url }), 201));
    },
    async after() {
      await server.ask("DELETE", `/webhooks/${endpoint}`, undefined, 204);
      await lane.after?.();
    },
  };
}

/** Walks to the last tenth once, and then asks for its pages. */
async function deepByCursor(server) {
  const cursors = [];
  for (let cursor = "", seen = 0; cursor !== undefined && seen + 100 <= server.users; seen += 100) {
    if (seen >= server.users * 0.9) cursors.push(cursor);
    const page = await server.send("GET", `/Users?count=100&attributes=id&cursor=${encodeURIComponent(cursor)}`, undefined, 200);
    cursor = page.nextCursor;
  }
  return {
    next: () => get(`/Users?count=100&cursor=${encodeURIComponent(cursors[randomBelow(cursors.length)])}`),
    verify: pageOf100,
  };
}

/** Each request puts another user into one of the teams of that size, the teams in turn. */
function addMember(server, size) {
  const teams = TEAMS[size];
  const first = loners(server.users);
  let step = 0;
  const value = (place) => ({ value: id(first + place) });
  return {
    next: () => {
      const place = Math.floor(step / teams);
      if (first + place >= server.users) return null;
      const team = teamId(size, step % teams);
      step += 1;
      return patch(`/Groups/${team}`, 204, { op: "add", path: "members", value: [value(place)] });
    },
    async after() {
      const added = Array.from({ length: Math.ceil(step / teams) }, (_, place) => value(place));
      for (let team = 0; team < Math.min(teams, step); team += 1) {
        const { path, body } = patch(`/Groups/${teamId(size, team)}`, 204, { op: "remove", path: "members", value: added });
        await server.send("PATCH", path, body, 204);
      }
      step = 0;
    },
  };
}

/** Its members stand next to each other, anywhere: those of the ceiling do. */
function createGroup(server) {
  const size = 1_000;
  return {
    next: () => {
      const first = randomBelow(Math.max(server.users - size, 1));
      const members = Array.from({ length: size }, (_, place) => ({ value: id(first + place) }));
      const body = JSON.stringify({ schemas: [GROUP], displayName: `Bench new ${fresh()}`, members });
      return { method: "POST", path: "/Groups?attributes=id", body, status: 201 };
    },
    after: () => trim(server, "/Groups", TEAM_COUNT),
  };
}

function deleteUser(server) {
  let doomed = [];
  return {
    next: () => (doomed.length === 0 ? null : { method: "DELETE", path: `/Users/${doomed.pop()}`, status: 204 }),
    async before(seconds) {
      const count = Math.ceil(seconds * 1_000);
      for (let made = 0; made < count; made += 500) {
        const data = Array.from({ length: Math.min(500, count - made) }, () => JSON.parse(userBody(fresh())));
        doomed.push(...(await createAll(server, data)));
      }
      const value = doomed.map((user) => ({ value: user }));
      for (let team = 0; team < EMPTY_TEAMS; team += 1) {
        const { path, body } = patch(`/Groups/${teamId(0, team)}`, 204, { op: "add", path: "members", value });
        await server.send("PATCH", path, body, 204);
      }
    },
    async after() {
      doomed = [];
      await trim(server, "/Users", server.users);
    },
  };
}

/** Users that come and go, so that there is something to read. */
async function feed(server) {
  for (let turn = 0; turn < 4; turn += 1) {
    await createAll(server, Array.from({ length: 500 }, () => JSON.parse(userBody(fresh()))));
  }
  await trim(server, "/Users", server.users);
  return {
    next: () => ({ ...get(`/events?limit=200&after=1.${randomBelow(3_500)}`), isOperator: true }),
    verify: ({ data }) => expect("events", data.length, 200),
  };
}

async function createAll(server, users) {
  const Operations = users.map((data, index) => ({ method: "POST", path: "/Users", bulkId: `b${index}`, data }));
  const answer = await server.send("POST", "/Bulk", JSON.stringify({ schemas: [BULK], Operations }), 200);
  return answer.Operations.map(({ location, status }) => {
    expect("status of a bulk create", String(status), "201");
    return location.split("/").at(-1);
  });
}

/** Deletes what was created behind the seed. */
async function trim(server, endpoint, kept) {
  for (;;) {
    const { Resources = [] } = await server.send("GET", `${endpoint}?attributes=id&count=500&startIndex=${kept + 1}`, undefined, 200);
    if (Resources.length === 0) return;
    const Operations = Resources.map((resource) => ({ method: "DELETE", path: `${endpoint}/${resource.id}` }));
    await server.send("POST", "/Bulk", JSON.stringify({ schemas: [BULK], Operations }), 200);
  }
}
