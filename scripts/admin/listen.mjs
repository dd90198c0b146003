// `npm run admin -- listen --forward URL`: posts the feed to an application that is being written,
// as a webhook would be.

import { createHmac, randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { line, Misunderstood, say } from "../say.mjs";
import { feedOf, readPage, tellTrimmed } from "./events.mjs";

/** Seconds that a request waits for something to come. */
const WAIT = 20;
/** Milliseconds that the application has for its answer. */
const PATIENCE_MS = 15_000;
/** Milliseconds before what failed is sent again. */
const PAUSES_MS = [500, 1_000, 2_000, 5_000, 10_000];

export const listen = {
  about: "Posts events as they come to an application that is being written, signed as a webhook (docs/webhooks.md)",
  details: `In order, each until it is answered by 2xx. The secret is that of WEBHOOK_SECRET in the environment, or is made and told once.
It begins at the end of the feed, or behind a cursor; when it ends, it tells the one to go on with.`,
  options: ["forward", "tenant", "types", "after"],
  needs: ["forward"],
  example: "listen --forward http://localhost:3000/hook --types 'user.*'",
  run: async ({ api, values }) => {
    const url = URL.canParse(values.forward) ? new URL(values.forward) : null;
    if (!url || !/^https?:$/.test(url.protocol)) throw new Misunderstood("--forward takes the address of your handler, such as http://localhost:3000/hook.");
    const secret = secretOf(process.env.WEBHOOK_SECRET);
    const feed = feedOf(values);
    // A page of one, so that the cursor is behind what was answered and before what was not.
    let page = await readPage(api, feed, { after: values.after ?? "latest", limit: 1 });
    let after = values.after ?? page.next;
    process.on("exit", () => say(`go on with --after ${after}`));
    say(`listening; events go to ${url.href}`);
    for (;;) {
      tellTrimmed(page);
      for (const event of page.data) await deliver(url, secret, event, page.chain[event.tenant] ?? null);
      after = page.next;
      page = await patiently(() => readPage(api, feed, { after, limit: 1, wait: WAIT }));
    }
  },
};

function secretOf(given) {
  if (given) {
    if (!/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(given)) throw new Misunderstood("WEBHOOK_SECRET must be whsec_ and base64 of at least 24 bytes; leave it out, and one is made.");
    return given;
  }
  const made = `whsec_${randomBytes(24).toString("base64")}`;
  line(`WEBHOOK_SECRET=${made}`);
  return made;
}

/** Posts an event until it is taken. */
async function deliver(url, secret, event, chain) {
  const body = JSON.stringify({ type: event.type, timestamp: event.at, data: event, chain });
  for (let attempt = 0; ; attempt += 1) {
    const started = performance.now();
    const answer = await post(url, secret, event.id, body);
    const isTaken = answer >= 200 && answer < 300;
    const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)];
    say(`${event.id} ${event.type}: ${answer}, ${Math.round(performance.now() - started)} ms${isTaken ? "" : `; again in ${pause / 1000} s`}`);
    if (isTaken) return;
    await setTimeout(pause);
  }
}

/** The status of the answer, or why there is none. */
async function post(url, secret, id, body) {
  const timestamp = Math.floor(Date.now() / 1000);
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  try {
    const reply = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": `v1,${signature}`,
      },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await reply.body?.cancel();
    return reply.status;
  } catch (error) {
    return `no answer (${error.cause?.code ?? error.message})`;
  }
}

/** Asks until the deployment is reached: `npm start` may be starting anew. */
async function patiently(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (error.exitCode !== 3) throw error;
      say(`${error.message} Asked again in 2 s.`);
      await setTimeout(2_000);
    }
  }
}
