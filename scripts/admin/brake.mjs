// `npm run admin -- brake …`

import { tenantPath } from "./options.mjs";

const verb = (word, about, run) => ({
  about,
  options: ["tenant"],
  needs: ["tenant"],
  example: `brake ${word} --tenant 3`,
  run: async ({ api, print, values: { tenant } }) => print.one(await run(api, `${tenantPath(tenant)}/brake`)),
});
const turn = (action) => (api, path) => api.post(path, { action });

export const brake = {
  about: "The brake of a tenant: how many users its provider may deactivate or delete within some minutes (docs/safety.md).",
  verbs: {
    show: verb("show", "Shows whether it is engaged, and what counts", (api, path) => api.get(path)),
    release: verb("release", "Lets removals pass again, counted anew", turn("release")),
    hold: verb("hold", "Refuses removals at once", turn("hold")),
  },
};
