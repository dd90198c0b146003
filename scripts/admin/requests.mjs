// `npm run admin -- requests …`

import { Misunderstood } from "../say.mjs";
import { moment, rowsOf, tenantPath } from "./options.mjs";

const COLUMNS = ["id", "at", "method", "path", "status", "scim_type", "operation", "attribute", "provider", "detail"];
/** Rows that a list shows where it is not said how many. */
const LIMIT = 50;

export const requests = {
  columns: COLUMNS,
  about: "The log of a tenant's requests: what its identity provider sent, what it was answered, and why.",
  verbs: {
    list: {
      about: "Lists requests, the newest first",
      details: "The setting request_log says which are kept: those that change something or failed, for 7 days, if not set.",
      options: ["tenant", "status", "method", "since", "until", "resource", "text", "limit"],
      needs: ["tenant"],
      example: "requests list --tenant 3 --status 4xx --since 2026-11-26",
      run: async ({ api, print, values: { tenant, since, until, limit = LIMIT, ...values } }) => {
        if (values.status !== undefined && !/^[1-5](\d\d|xx)$/i.test(values.status)) throw new Misunderstood(`--status takes a status (409) or a class of them (4xx); this was given: ${values.status}.`);
        const query = new URLSearchParams();
        const asked = { ...values, since: moment(since, "--since"), until: moment(until, "--until") };
        for (const name of ["status", "method", "since", "until", "resource", "text"]) {
          if (asked[name] !== undefined) query.set(name, asked[name]);
        }
        const rows = await api.list(`${tenantPath(tenant)}/requests`, { query, limit: rowsOf(limit) });
        print.rows(rows, COLUMNS, "The log has no such request; `tenants show TENANT` says what its setting request_log keeps");
      },
    },
    show: {
      about: "Shows a request whole, with both bodies",
      takes: ["REQUEST"],
      options: ["tenant"],
      needs: ["tenant"],
      example: "requests show req_01a2… --tenant 3",
      run: async ({ api, print, given: [id], values: { tenant } }) => print.one(await api.get(`${tenantPath(tenant)}/requests/${encodeURIComponent(id)}`)),
    },
  },
};
