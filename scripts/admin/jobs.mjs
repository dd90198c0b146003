// `npm run admin -- jobs …`

import { setTimeout } from "node:timers/promises";
import { Problem, say } from "../say.mjs";
import { Unreached } from "./client.mjs";
import { checkTenant, rowsOf } from "./options.mjs";

const LOOK_MS = 500;
const COLUMNS = ["id", "kind", "tenant", "state", "done", "total", "created_at", "finished_at"];
/** Rows that a list shows where it is not said how many. */
const LIMIT = 50;

export const jobs = {
  columns: COLUMNS,
  about: "Jobs: what takes longer than a request.",
  verbs: {
    list: {
      about: "Lists them, the newest first; of one tenant with --tenant",
      options: ["tenant", "limit"],
      example: "jobs list --tenant 3",
      run: async ({ api, print, values: { tenant, limit = LIMIT } }) => {
        const query = new URLSearchParams(tenant === undefined ? {} : { tenant: checkTenant(tenant) });
        print.rows(await api.list("/jobs", { query, limit: rowsOf(limit) }), COLUMNS, "There is no job that this token may read");
      },
    },
    show: {
      about: "Shows what became of a job; asking sets one going again that was broken off",
      takes: ["JOB"],
      options: ["wait"],
      example: "jobs show job_01a2… --wait",
      run: async ({ api, print, given: [id], values }) => {
        const job = await api.get(`/jobs/${encodeURIComponent(id)}`);
        print.one(values.wait ? await finish(api, job) : job);
      },
    },
  },
};

/** The job when it has ended; a Problem where it has failed. */
export async function finish(api, job, bar) {
  let told = job.done;
  const goesOn = `${job.id} goes on by itself: \`npm run admin -- jobs show ${job.id}\` tells how far it came.`;
  if (job.finished_at === null) say(goesOn);
  for (;;) {
    if (job.state === "finished") return job;
    if (job.state === "failed") throw new Problem(`${job.id} has failed: ${JSON.stringify(job.result)}`);
    await setTimeout(LOOK_MS);
    job = await api.get(`/jobs/${encodeURIComponent(job.id)}`).catch((error) => {
      throw error instanceof Unreached ? new Unreached(`${error.message} ${goesOn}`) : error;
    });
    bar?.show(job.done, job.total);
    if (!bar?.isTerminal && job.done !== told) say(`${job.id}: ${(told = job.done)} of ${job.total ?? "?"} done`);
  }
}
