// `npm run admin -- erase`

import { confirm } from "./confirm.mjs";
import { tenantPath } from "./options.mjs";

export const erase = {
  about: "Empties what is kept of a user or group that is gone: events, log, what was deleted (docs/events.md)",
  takes: ["ID"],
  options: ["tenant", "yes"],
  needs: ["tenant"],
  example: "erase 019a2b3c-… --tenant 3",
  run: async ({ api, print, given: [resource], values }) => {
    await confirm(values, `This empties all that is kept of ${resource} in tenant ${values.tenant}, for good`, "erase");
    const sum = {};
    let part;
    do {
      part = await api.post(`${tenantPath(values.tenant)}/erase`, { resource });
      for (const [name, value] of Object.entries(part)) sum[name] = typeof value === "number" ? (sum[name] ?? 0) + value : value;
    } while (part.more);
    print.one(sum);
  },
};
