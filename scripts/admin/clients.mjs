// `npm run admin -- clients …`

import { Misunderstood, say } from "../say.mjs";
import { confirm } from "./confirm.mjs";
import { expiry, tenantPath } from "./options.mjs";
import { revoke } from "./tokens.mjs";

const COLUMNS = ["id", "label", "kind", "created_at", "last_used", "revoked_at"];
const SECRETS = ["n", "last4", "created_at", "last_used", "expires_at"];
const FEDERATED = ["issuer", "subject", "audience", "jwks-uri"];

const segment = (id) => (id === undefined ? "" : `/${encodeURIComponent(id)}`);
const pathOf = ({ tenant }, id) => `${tenantPath(tenant)}/clients${segment(id)}`;
const secretsOf = (values, id, n) => `${pathOf(values, id)}/secrets${segment(n)}`;

export const clients = {
  columns: COLUMNS,
  about: "OAuth clients of a tenant: a provider that asks for a token each hour, in place of keeping one (docs/oauth.md). Up to four secrets are good at once: add the second, hand it over, see in secrets that it is used, remove the first.",
  means: {
    label: "what the client is",
    subject: "the sub that its assertions have",
    expires: "of the secret: a date (2027-01-31), a time (2027-01-31T12:00:00Z) or a number of days; never, if not given",
  },
  verbs: {
    list: {
      about: "Lists a tenant's clients, those that were revoked as well",
      options: ["tenant"],
      needs: ["tenant"],
      example: "clients list --tenant 3",
      run: async ({ api, print, values }) => print.rows(await api.list(pathOf(values)), COLUMNS, "The tenant has no client yet: `clients create --tenant TENANT --label LABEL` makes one."),
    },
    show: {
      about: "Shows a client, with its secrets (never themselves) or with what its assertions must say",
      takes: ["CLIENT"],
      options: ["tenant"],
      needs: ["tenant"],
      example: "clients show cli_1_01a2… --tenant 3",
      run: async ({ api, print, given: [id], values }) => print.one(await api.get(pathOf(values, id))),
    },
    create: {
      about: "Makes a client with a secret and shows that, this once; with --issuer, --subject, --audience and --jwks-uri one that shows assertions of another server",
      options: ["tenant", "label", "expires", ...FEDERATED],
      needs: ["tenant", "label"],
      example: "clients create --tenant 3 --label Entra --expires 2027-01-31",
      run: async ({ api, print, values }) => {
        const made = await api.post(pathOf(values), { label: values.label, ...kind(values) });
        if (made.secret) say("The secret is shown this once and stored nowhere: hand it over now, with the id");
        const of = (path) => api.base.href.replace(/admin\/v1$/, path);
        say(`Token URL ${of("oauth/token")}, base URL ${of("scim/v2")}`);
        print.one(made);
      },
    },
    label: {
      about: "Gives a client another label",
      takes: ["CLIENT", "LABEL"],
      options: ["tenant"],
      needs: ["tenant"],
      example: "clients label cli_1_01a2… 'Entra, old' --tenant 3",
      run: async ({ api, print, given: [id, label], values }) => print.one(await api.patch(pathOf(values, id), { label })),
    },
    revoke: {
      about: "Revokes a client with all its tokens: they are refused from the next request on, for good",
      takes: ["CLIENT"],
      options: ["tenant", "yes"],
      needs: ["tenant"],
      example: "clients revoke cli_1_01a2… --tenant 3",
      run: ({ api, print, given: [id], values }) => revoke(api, print, pathOf(values, id), values),
    },
    secrets: {
      about: "Lists the secrets of a client: by number, never themselves",
      takes: ["CLIENT"],
      options: ["tenant"],
      needs: ["tenant"],
      example: "clients secrets cli_1_01a2… --tenant 3",
      run: async ({ api, print, given: [id], values }) => print.rows(await api.list(secretsOf(values, id)), SECRETS, "The client has no secret: `clients add-secret CLIENT` makes one."),
    },
    "add-secret": {
      about: "Makes another secret of a client and shows it, this once",
      takes: ["CLIENT"],
      options: ["tenant", "expires"],
      needs: ["tenant"],
      example: "clients add-secret cli_1_01a2… --tenant 3 --expires 2027-01-31",
      run: async ({ api, print, given: [id], values }) => {
        const made = await api.post(secretsOf(values, id), { expires_at: expiry(values.expires) });
        say(`Secret ${made.n} is shown this once and stored nowhere: hand it over now`);
        print.one(made, SECRETS);
      },
    },
    "remove-secret": {
      about: "Ends a secret of a client; tokens that were asked for with it stay good for their hour",
      takes: ["CLIENT", "N"],
      options: ["tenant", "yes"],
      needs: ["tenant"],
      example: "clients remove-secret cli_1_01a2… 1 --tenant 3",
      run: async ({ api, print, given: [id, n], values }) => {
        const path = secretsOf(values, id, n);
        const { last4, last_used: used } = await api.get(path);
        await confirm(values, `This ends secret ${n} (…${last4}, ${used ? `last used ${used}` : "never used"}), for good`, "yes");
        await api.remove(path);
        print.one(await api.get(pathOf(values, id)));
      },
    },
  },
};

/** What proves the client: all four of another server, or a secret, which may have an end. */
function kind({ expires, ...values }) {
  const given = FEDERATED.filter((name) => values[name] !== undefined);
  if (given.length === 0) return { kind: "secret", expires_at: expiry(expires) };
  const missing = FEDERATED.filter((name) => values[name] === undefined);
  if (missing.length > 0) throw new Misunderstood(`a client that shows assertions needs ${missing.map((name) => `--${name}`).join(", ")} as well.`);
  if (expires !== undefined) throw new Misunderstood("--expires is of a secret, and a client that shows assertions has none.");
  const { issuer, subject, audience, "jwks-uri": address } = values;
  return { kind: "federated", issuer, subject, audience, jwks_uri: address };
}
