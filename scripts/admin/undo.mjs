// `npm run admin -- undo`

import { Misunderstood, say } from "../say.mjs";
import { inVerbs } from "./client.mjs";
import { confirm } from "./confirm.mjs";
import { finish } from "./jobs.mjs";
import { tenantPath } from "./options.mjs";

export const undo = {
  about: "Takes back what a request changed, or what a range of events tells of (docs/safety.md)",
  options: ["tenant", "request", "from-seq", "to-seq", "dry-run", "yes"],
  needs: ["tenant"],
  example: "undo --tenant 3 --request req_01a2… --dry-run",
  run: async ({ api, print, values }) => {
    const { tenant, request, "from-seq": from, "to-seq": to, "dry-run": isDry = false } = values;
    const hasRange = from !== undefined || to !== undefined;
    if (request !== undefined && hasRange) throw new Misunderstood("say what is to be taken back by --request or by --from-seq and --to-seq, not both.");
    if (request === undefined && from === undefined) throw new Misunderstood("say what is to be taken back: --request req_…, or --from-seq NUMBER and --to-seq NUMBER.");
    const body = { ...(request === undefined ? { from_seq: number(from, "--from-seq"), to_seq: number(to, "--to-seq") } : { request }), dry_run: isDry };
    if (body.from_seq > body.to_seq) throw new Misunderstood("--from-seq is greater than --to-seq: give the first event, and then the last.");
    const path = `${tenantPath(tenant)}/undo`;
    if (!isDry) {
      const what = request ?? `the events from ${from}${to === undefined ? " on" : ` to ${to}`}`;
      await confirm(values, `This takes back ${what} of tenant ${tenant}; --dry-run tells what that does`, "undo");
    }
    const told = await api.post(path, body);
    const result = told.kind === "undo" ? (await finish(api, told)).result : told;
    if (values.json) return print.one(result);
    const { refused, ...counts } = result;
    print.one({ ...counts, refused: refused.length + (counts.more_refused ?? 0) });
    for (const { seq, resource, detail } of refused) say(`event ${seq}, ${resource}: ${inVerbs(detail)}`);
  },
};

function number(text, option) {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new Misunderstood(`${option} takes the seq of an event, a whole number; this was given: ${text}.`);
  return Number(text);
}
