// `npm run admin -- pending …`

import { tenantPath } from "./options.mjs";

export const pending = {
  about: "Members that a provider named before they are there, where the setting unknown_members is pend (docs/safety.md).",
  verbs: {
    list: {
      about: "Lists whom a group waits for, as the provider named them",
      takes: ["GROUP"],
      options: ["tenant"],
      needs: ["tenant"],
      example: "pending list 019a2b3c-… --tenant 3",
      run: async ({ api, print, given: [group], values: { tenant } }) => print.rows(await api.list(`${tenantPath(tenant)}/groups/${encodeURIComponent(group)}/pending`), ["value"], "The group waits for nobody"),
    },
  },
};
