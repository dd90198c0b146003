// Takes webhooks: verifies the signature (Standard Webhooks), and tells who was deactivated.
//
//     WEBHOOK_SECRET=whsec_… node examples/events/receiver.mjs 3000
//
// The package `standardwebhooks` does what `isSigned` does here.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const { WEBHOOK_SECRET: secret = "" } = process.env;
if (!secret.startsWith("whsec_")) {
  console.error("Set WEBHOOK_SECRET in the environment to the secret of the webhook, whsec_….");
  process.exit(2);
}
const key = Buffer.from(secret.slice("whsec_".length), "base64");
/** Seconds by which a message may be old: what was recorded is not taken again later. */
const LEAVE = 300;
/** Ids of what was done: the same event comes again where our answer was lost. */
const done = new Set();

function isSigned(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures = "" } = headers;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > LEAVE) return false;
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
  // After the secret was rotated there are two.
  return signatures.split(" ").some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const server = createServer(async (request, reply) => {
  const body = await text(request).catch(() => undefined);
  if (body === undefined) return; // The connection broke: it comes again.
  if (!isSigned(request.headers, body)) return reply.writeHead(401).end();
  const { type, data } = JSON.parse(body);
  if (!done.has(data.id)) {
    done.add(data.id);
    if (type === "user.deactivated") console.log(`${data.resource.name} was deactivated: end the sessions`);
    else console.log(type);
  }
  reply.writeHead(204).end();
});
server.listen(Number(process.argv[2] ?? 3000), "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
