// `npm run admin -- events …`: what changed, in order, and whether the record of it holds.

import { Misunderstood, Problem, say } from "../say.mjs";
import { tenantPath } from "./options.mjs";

const COLUMNS = ["id", "at", "tenant", "seq", "type", "resource", "actor", "request"];
/** Events that a list shows where it is not said how many. */
const LIMIT = 50;
/** As many as a page may have. */
const PAGE = 200;
/** Seconds that a request waits for something to come. */
const WAIT = 20;

/** The feed that is meant, and what of it. */
export function feedOf({ tenant, types }) {
  const query = new URLSearchParams();
  if (types !== undefined) query.set("type", types);
  // The deployment itself has events, and is no tenant.
  if (tenant === "0") query.set("tenant", tenant);
  return { path: tenant === undefined || tenant === "0" ? "/events" : `${tenantPath(tenant)}/events`, query };
}

/** The page of a feed behind a cursor. */
export const readPage = (api, { path, query }, more) => api.get(`${path}?${new URLSearchParams([...query, ...Object.entries(more).filter(([, value]) => value !== undefined)])}`);

/** What a line has room for. */
function row({ resource, actor, about, ...event }) {
  return {
    ...event,
    resource: resource ? `${resource.type} ${resource.name ?? resource.id}` : about,
    actor: [actor.kind, actor.label].filter((word) => word !== null).join(" "),
  };
}

const shown = (events, { json }) => (json ? events : events.map(row));

export const events = {
  about: "The record of every change: users, groups, members, tenants, credentials.",
  verbs: {
    list: {
      about: "Lists events in order, from the oldest that is kept or behind a cursor",
      details: "The cursor to go on with is told on stderr.",
      options: ["tenant", "types", "after", "limit"],
      example: "events list --tenant 3 --types 'user.*'",
      run: async ({ api, print, values }) => {
        const limit = values.limit ?? LIMIT;
        if (!/^[1-9]\d{0,5}$/.test(limit)) throw new Misunderstood(`--limit takes a number of events; this was given: ${limit}.`);
        const [feed, found] = [feedOf(values), []];
        let { after } = values;
        for (let more = true; more && found.length < limit; ) {
          const page = await readPage(api, feed, { after, limit: Math.min(PAGE, limit - found.length) });
          tellTrimmed(page);
          found.push(...page.data);
          ({ more, next: after } = page);
        }
        print.rows(shown(found, values), COLUMNS, "There is no such event");
        say(`go on with --after ${after}`);
      },
    },
    tail: {
      about: "Shows events as they come, until Ctrl-C",
      details: "It begins at the end, or behind a cursor. With --json a line each.",
      options: ["tenant", "types", "after"],
      example: "events tail --types 'user.*,group.members'",
      run: async ({ api, values }) => {
        const feed = feedOf(values);
        let after = values.after ?? "latest";
        process.on("exit", () => after !== "latest" && say(`go on with --after ${after}`));
        for (let isFirst = true; ; isFirst = false) {
          const page = await readPage(api, feed, { after, limit: PAGE, wait: isFirst ? undefined : WAIT });
          tellTrimmed(page);
          for (const event of page.data) {
            const { at, tenant, type, resource, actor } = row(event);
            console.log(values.json ? JSON.stringify(event) : [at, tenant, type, resource, actor].map((word) => String(word ?? "").replace(/\p{Cc}/gu, " ")).join("\t"));
          }
          after = page.next;
        }
      },
    },
    verify: {
      about: "Makes the seals of a tenant's record again, and names the blocks that do not hold",
      details: "It ends with 1 where one does not.",
      options: ["tenant"],
      needs: ["tenant"],
      example: "events verify --tenant 3",
      run: async ({ api, print, values: { tenant } }) => {
        const path = `${tenant === "0" ? "/tenants/0" : tenantPath(tenant)}/events/verify`;
        const whole = await api.get(path);
        for (let last = whole; last.to_seq < last.sealed_to; ) {
          last = await api.get(`${path}?from_seq=${last.to_seq + 1}`);
          whole.broken.push(...last.broken);
          Object.assign(whole, { to_seq: last.to_seq, sealed_to: last.sealed_to, holds: whole.holds && last.holds });
        }
        print.one(whole);
        if (!whole.holds) throw new Problem(`the record of tenant ${tenant} does not hold: ${whole.broken.map(({ from_seq, to_seq, why }) => `events ${from_seq} to ${to_seq}: ${why}`).join("; ")}.`);
      },
    },
  },
};

/** Says that something was missed. */
export function tellTrimmed({ trimmed }) {
  if (trimmed) say("events behind --after are not kept any more: what they told was missed (docs/events.md)");
}
