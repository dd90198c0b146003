// `npm run admin -- deleted …`

import { tenantPath } from "./options.mjs";

const pathOf = ({ tenant }, id) => `${tenantPath(tenant)}/deleted/${encodeURIComponent(id)}`;
const COLUMNS = ["id", "type", "name", "deleted_at", "purge_at"];

export const deleted = {
  columns: COLUMNS,
  about: "What a provider deleted and the tenant keeps for a while, where its setting deletes is soft (docs/safety.md).",
  verbs: {
    list: {
      about: "Lists what is kept, the last deleted first",
      options: ["tenant"],
      needs: ["tenant"],
      example: "deleted list --tenant 3",
      run: async ({ api, print, values: { tenant } }) => print.rows(await api.list(`${tenantPath(tenant)}/deleted`), COLUMNS, "The tenant keeps nothing that was deleted"),
    },
    show: {
      about: "Shows one as it was, with its document",
      takes: ["ID"],
      options: ["tenant"],
      needs: ["tenant"],
      example: "deleted show 019a2b3c-… --tenant 3",
      run: async ({ api, print, given: [id], values }) => print.one(await api.get(pathOf(values, id))),
    },
    restore: {
      about: "Brings one back as it was, with the memberships of what is still there",
      takes: ["ID"],
      options: ["tenant"],
      needs: ["tenant"],
      example: "deleted restore 019a2b3c-… --tenant 3",
      run: async ({ api, print, given: [id], values }) => print.one(await api.post(`${pathOf(values, id)}/restore`)),
    },
  },
};
