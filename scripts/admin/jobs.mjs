// `npm run admin -- jobs …`

import { setTimeout } from "node:timers/promises";
import { Problem, say } from "../say.mjs";
import { Unreached } from "./client.mjs";

const LOOK_MS = 500;

export const jobs = {
  about: "Jobs: what takes longer than a request.",
  verbs: {
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
