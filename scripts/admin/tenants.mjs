// `npm run admin -- tenants …`

import { Misunderstood, say } from "../say.mjs";
import { confirm } from "./confirm.mjs";
import { finish, jobs } from "./jobs.mjs";
import { metadata, pairOf, tenantPath } from "./options.mjs";

const COLUMNS = ["id", "name", "external_id", "state", "users", "groups", "credentials", "created_at", "last_request_at"];

export const tenants = {
  columns: COLUMNS,
  about: "Tenants: the customers of the application. One deployment serves them all; none sees another's people.",
  verbs: {
    list: {
      about: "Lists all tenants",
      example: "tenants list",
      run: async ({ api, print }) => print.rows(await api.list("/tenants"), COLUMNS, "There is no tenant yet: `tenants create NAME` makes one."),
    },
    show: {
      about: "Shows a tenant, with its settings",
      takes: ["TENANT"],
      example: "tenants show ext:org_77",
      run: async ({ api, print, given: [tenant] }) => print.one(await api.get(tenantPath(tenant))),
    },
    create: {
      about: "Makes a tenant; its number is never given to another",
      takes: ["NAME"],
      options: ["external-id", "metadata", "shard"],
      example: "tenants create 'Example Corp' --external-id org_77 --metadata plan=gold",
      run: async ({ api, print, given: [name], values }) => {
        const shard = values.shard !== undefined && { shard: json(values.shard) };
        const made = await api.post("/tenants", { name, ...ties(values), ...shard });
        say(`Tenant ${made.id} is made: \`tokens create --tenant ${made.id} --label LABEL\` makes a token for its provider`);
        print.one(made);
      },
    },
    rename: {
      about: "Gives a tenant another name; its number stays",
      takes: ["TENANT", "NAME"],
      example: "tenants rename 3 'Example Ltd'",
      run: ({ given: [tenant, name], ...call }) => change(call, tenant, { name }),
    },
    suspend: {
      about: "Refuses every SCIM request of a tenant with 403; its data and tokens stay",
      takes: ["TENANT"],
      example: "tenants suspend 3",
      run: ({ given: [tenant], ...call }) => change(call, tenant, { state: "suspended" }),
    },
    resume: {
      about: "Ends a suspension",
      takes: ["TENANT"],
      example: "tenants resume 3",
      run: ({ given: [tenant], ...call }) => change(call, tenant, { state: "active" }),
    },
    set: {
      about: "Changes settings, and what ties the tenant to your application",
      details: "They hold from the next request on. Values are JSON, and what is no JSON is a text; null is back to the default; a dot\ngoes into a setting. docs/admin-api.md lists the settings.",
      takes: ["TENANT"],
      more: "NAME=VALUE of settings",
      options: ["external-id", "metadata"],
      example: "tenants set 3 accept_user_groups=true request_log.days=30",
      run: ({ given: [tenant, ...words], values, ...call }) => {
        if (words.length === 0 && Object.keys(ties(values)).length === 0) throw new Misunderstood("say what to set: `tenants set 3 deletes=soft`; `tenants show 3` shows what is set.");
        const body = { ...ties(values), ...(words.length > 0 && { settings: settings(words) }) };
        return change(call, tenant, body);
      },
    },
    delete: {
      about: "Ends a tenant with all its data, by a job; its tokens are refused at once",
      takes: ["TENANT"],
      options: ["wait", "yes"],
      example: "tenants delete 3 --wait",
      run: async ({ api, print, given: [tenant], values }) => {
        const { id, name, users, groups } = await api.get(tenantPath(tenant));
        await confirm(values, `This ends tenant ${id} (${JSON.stringify(name)}) with its ${users} users and ${groups} groups, for good`, String(id));
        const job = await api.remove(`/tenants/${id}?confirm=${encodeURIComponent(name)}`);
        print.one(values.wait ? await finish(api, job) : job, jobs.columns);
      },
    },
  },
};

async function change({ api, print }, tenant, body) {
  print.one(await api.patch(tenantPath(tenant), body));
}

/** What ties a tenant to the application. */
function ties({ "external-id": externalId, metadata: pairs }) {
  return { ...(externalId !== undefined && { external_id: externalId || null }), ...(pairs && { metadata: metadata(pairs) }) };
}

/** `request_log.days=30` is {"request_log": {"days": 30}}. */
export function settings(words) {
  const all = Object.create(null);
  for (const [name, value] of words.map((word) => pairOf(word, "setting"))) {
    const path = name.split(".");
    const last = path.pop();
    let within = all;
    for (const part of path) {
      within[part] ??= Object.create(null);
      within = within[part];
      if (typeof within !== "object") throw new Misunderstood(`\`${name}\` goes into a setting that another word gives a value.`);
    }
    within[last] = json(value);
  }
  return all;
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
