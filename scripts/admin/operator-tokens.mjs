// `npm run admin -- operator-tokens …`

import { say } from "../say.mjs";
import { expiry, scopes, tenantPath } from "./options.mjs";
import { revoke } from "./tokens.mjs";

const COLUMNS = ["id", "label", "scopes", "tenant", "last4", "created_at", "last_used", "expires_at", "revoked_at"];
const PATH = "/operator-tokens";
const pathOf = (id) => `${PATH}/${encodeURIComponent(id)}`;

export const operatorTokens = {
  columns: COLUMNS,
  about: "Operator tokens: credentials of the admin face itself, for a colleague, a dashboard, a pipeline.",
  means: {
    scopes: "of tenants:read, tenants:write, directory:read, directory:write, events:read, requests:read, webhooks:write, *",
    tenant: "the only tenant that it reaches; all, if not given",
  },
  verbs: {
    list: {
      about: "Lists them, those that were revoked as well",
      example: "operator-tokens list",
      run: async ({ api, print }) => print.rows(await api.list(PATH), COLUMNS, "There is no operator token yet: `operator-tokens create` makes one."),
    },
    show: {
      about: "Shows one",
      takes: ["TOKEN"],
      example: "operator-tokens show tok_01a2…",
      run: async ({ api, print, given: [id] }) => print.one(await api.get(pathOf(id))),
    },
    create: {
      about: "Makes one and shows it, this once",
      options: ["label", "scopes", "tenant", "expires"],
      needs: ["label", "scopes"],
      example: "operator-tokens create --label support --scopes tenants:read,directory:read",
      run: async ({ api, print, values: { label, expires, tenant, ...values } }) => {
        const only = tenant === undefined ? undefined : (await api.get(tenantPath(tenant))).id;
        const made = await api.post(PATH, { label, scopes: scopes(values.scopes), expires_at: expiry(expires), tenant: only });
        say("The token is shown this once and stored nowhere: keep it now");
        print.one(made);
      },
    },
    revoke: {
      about: "Revokes one: it is refused from the next request on, for good",
      takes: ["TOKEN"],
      options: ["yes"],
      example: "operator-tokens revoke tok_01a2…",
      run: ({ api, print, given: [id], values }) => revoke(api, print, pathOf(id), values),
    },
  },
};
