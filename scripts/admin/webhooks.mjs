// `npm run admin -- webhooks …`

import { Problem, say } from "../say.mjs";
import { confirm } from "./confirm.mjs";
import { rowsOf, scopes as words, tenantPath } from "./options.mjs";

const PATH = "/webhooks";
const COLUMNS = ["id", "url", "tenant", "types", "state", "pending", "last_status", "created_at"];
const DELIVERIES = ["event", "tenant", "at", "attempt", "status", "milliseconds", "outcome", "reply"];
/** Attempts that are shown where it is not said how many. */
const LIMIT = 50;

const pathOf = (id, act) => `${PATH}/${encodeURIComponent(id)}${act === undefined ? "" : `/${act}`}`;

function withSecret(print, shown) {
  say("The secret is shown this once and stored nowhere: give it to the receiver now");
  print.one(shown);
}

export const webhooks = {
  columns: COLUMNS,
  about: "Webhooks: events, posted to an address of the application (docs/webhooks.md).",
  means: {
    tenant: "the only tenant whose events are posted; all, if not given",
  },
  verbs: {
    list: {
      about: "Lists them, with how much is not delivered yet",
      example: "webhooks list",
      run: async ({ api, print }) => print.rows(await api.list(PATH), COLUMNS, "There is no webhook yet: `webhooks create URL` makes one."),
    },
    show: {
      about: "Shows one, with the tenants whose next event was not taken",
      takes: ["WEBHOOK"],
      example: "webhooks show whk_01a2…",
      run: async ({ api, print, given: [id] }) => print.one(await api.get(pathOf(id))),
    },
    create: {
      about: "Has events posted to an address, and shows the secret that signs them, this once",
      takes: ["URL"],
      options: ["types", "include", "tenant"],
      example: "webhooks create https://app.example.com/hook --types 'user.*,group.members'",
      run: async ({ api, print, given: [url], values: { tenant, types, include } }) => {
        const only = tenant === undefined ? undefined : (await api.get(tenantPath(tenant))).id;
        withSecret(print, await api.post(PATH, { url, tenant: only, types: words(types), include: words(include) }));
      },
    },
    update: {
      about: "Changes the address, the types, or whether it is active; one that is active again begins anew what had failed",
      takes: ["WEBHOOK"],
      options: ["endpoint", "types", "include", "state"],
      example: "webhooks update whk_01a2… --state active",
      run: async ({ api, print, given: [id], values: { endpoint: url, types, include, state } }) => print.one(await api.patch(pathOf(id), { url, types: words(types), include: words(include), state })),
    },
    delete: {
      about: "Ends one, with what is noted of its deliveries",
      takes: ["WEBHOOK"],
      options: ["yes"],
      example: "webhooks delete whk_01a2…",
      run: async ({ api, print, given: [id], values }) => {
        const shown = await api.get(pathOf(id));
        await confirm(values, `This ends the webhook to ${shown.url}, for good`, "yes");
        await api.remove(pathOf(id));
        print.one(shown);
      },
    },
    rotate: {
      about: "Gives it another secret and shows that, this once; the one before signs, too, for 24 hours",
      takes: ["WEBHOOK"],
      example: "webhooks rotate whk_01a2…",
      run: async ({ api, print, given: [id] }) => withSecret(print, await api.post(pathOf(id, "rotate"))),
    },
    test: {
      about: "Posts a test at once, or an example of a type, and shows what came of it",
      takes: ["WEBHOOK"],
      options: ["type"],
      example: "webhooks test whk_01a2… --type user.deactivated",
      details: "It ends with 1 where the receiver does not take it.",
      run: async ({ api, print, given: [id], values: { type } }) => {
        const attempt = await api.post(pathOf(id, "test"), { type });
        print.one(attempt, DELIVERIES);
        if (attempt.outcome !== "delivered") throw new Problem(`the receiver did not take the test: it answered ${attempt.status ?? "nothing"}.`);
      },
    },
    replay: {
      about: "Delivers events anew, from one to another, or to the end",
      details: "Each is the id of an event (evt_1_8841), which is among them, or a cursor of the feed.",
      takes: ["WEBHOOK"],
      options: ["from", "to"],
      needs: ["from"],
      example: "webhooks replay whk_01a2… --from evt_1_8841 --to evt_1_8850",
      run: async ({ api, print, given: [id], values: { from, to } }) => print.one(await api.post(pathOf(id, "replay"), { from, to })),
    },
    park: {
      about: "Sets an event aside, so that those behind it are delivered",
      takes: ["WEBHOOK", "EVENT"],
      example: "webhooks park whk_01a2… evt_1_8841",
      run: async ({ api, print, given: [id, event] }) => print.one(await api.post(pathOf(id, "park"), { event })),
    },
    deliveries: {
      about: "Lists the last attempts, the newest first",
      takes: ["WEBHOOK"],
      options: ["limit"],
      example: "webhooks deliveries whk_01a2…",
      run: async ({ api, print, given: [id], values: { limit = LIMIT } }) => {
        const rows = await api.list(pathOf(id, "deliveries"), { limit: rowsOf(limit) });
        print.rows(rows, DELIVERIES, "Nothing was posted to it yet: `webhooks test WEBHOOK` does.");
      },
    },
  },
};
