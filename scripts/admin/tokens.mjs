// `npm run admin -- tokens …`

import { say } from "../say.mjs";
import { confirm } from "./confirm.mjs";
import { expiry, scopes, tenantPath } from "./options.mjs";

const COLUMNS = ["id", "label", "scopes", "last4", "subject", "created_at", "last_used", "expires_at", "revoked_at"];
const pathOf = ({ tenant }, id) => `${tenantPath(tenant)}/tokens${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;

export const tokens = {
  columns: COLUMNS,
  about: "Tokens of a tenant: what its identity provider shows. Several are good at once: create the second, hand it over, see in list that it is used, revoke the first.",
  means: { scopes: "read, or write, which includes it; write, if not given" },
  verbs: {
    list: {
      about: "Lists a tenant's tokens, those that were revoked as well",
      options: ["tenant"],
      needs: ["tenant"],
      example: "tokens list --tenant 3",
      run: async ({ api, print, values }) => print.rows(await api.list(pathOf(values)), COLUMNS, "The tenant has no token yet: `tokens create --tenant TENANT --label LABEL` makes one."),
    },
    show: {
      about: "Shows one",
      takes: ["TOKEN"],
      options: ["tenant"],
      needs: ["tenant"],
      example: "tokens show tok_01a2… --tenant 3",
      run: async ({ api, print, given: [id], values }) => print.one(await api.get(pathOf(values, id))),
    },
    create: {
      about: "Makes a token and shows it, this once",
      options: ["tenant", "label", "scopes", "expires", "subject"],
      needs: ["tenant", "label"],
      example: "tokens create --tenant 3 --label Okta --expires 2027-01-31",
      run: async ({ api, print, values }) => {
        const { label, subject } = values;
        const made = await api.post(pathOf(values), { label, subject, scopes: scopes(values.scopes), expires_at: expiry(values.expires) });
        say("The token is shown this once and stored nowhere: hand it over now");
        print.one(made);
      },
    },
    label: {
      about: "Gives a token another label, and another end, if --expires is given (`never` takes it away)",
      takes: ["TOKEN", "LABEL"],
      options: ["tenant", "expires"],
      needs: ["tenant"],
      example: "tokens label tok_01a2… 'Okta, until March' --tenant 3 --expires 2027-03-01",
      run: async ({ api, print, given: [id, label], values }) => print.one(await api.patch(pathOf(values, id), { label, expires_at: expiry(values.expires) })),
    },
    revoke: {
      about: "Revokes a token: it is refused from the next request on, for good",
      takes: ["TOKEN"],
      options: ["tenant", "yes"],
      needs: ["tenant"],
      example: "tokens revoke tok_01a2… --tenant 3",
      run: ({ api, print, given: [id], values }) => revoke(api, print, pathOf(values, id), values),
    },
  },
};

/** Revokes the token at a path, and shows it then. */
export async function revoke(api, print, path, values) {
  const { id, label, last_used: used } = await api.get(path);
  await confirm(values, `This revokes ${id} (${JSON.stringify(label)}, ${used ? `last used ${used}` : "never used"}), for good`, "yes");
  await api.remove(path);
  print.one(await api.get(path));
}
