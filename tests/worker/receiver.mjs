// A receiver of webhooks for the tests: it verifies by npm's `standardwebhooks` what comes, and
// remembers it.
//
// Prints its origin in one line. `POST /secrets` ([secret, …]) says what signs, `POST /mode` how it
// answers (`good`, `fail`, `busy`, `redirect`, `endless`, `slow`), `GET /seen` gives what came, a
// row each: {id, type, tenant, seq, by} (`by`: which of the secrets verify it). What is posted
// elsewhere is a delivery. It ends when its stdin closes.

import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

let secrets = [];
let mode = "good";
let seen = [];

function verifies(secret, body, headers) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

function answer(reply) {
  if (mode === "fail") return void reply.writeHead(503, { "Retry-After": "1" }).end("no");
  if (mode === "busy") return void reply.writeHead(429, { "Retry-After": "9".repeat(20) }).end("later");
  if (mode === "redirect") return void reply.writeHead(302, { Location: "/elsewhere" }).end();
  if (mode === "slow") return void setTimeout(() => reply.writeHead(204).end(), 2_000);
  if (mode === "endless") {
    reply.writeHead(200);
    const write = () => reply.destroyed || (reply.write("x".repeat(1_000)), setTimeout(write, 5));
    return void write();
  }
  reply.writeHead(200).end("thanks");
}

const server = createServer(async (request, reply) => {
  const body = await text(request).catch(() => undefined);
  // Whoever sent it was killed amid it: nothing came.
  if (body === undefined) return;
  if (request.url === "/secrets") secrets = JSON.parse(body);
  else if (request.url === "/mode") mode = body;
  else if (request.url === "/forget") seen = [];
  else if (request.url === "/seen") return void reply.end(JSON.stringify(seen));
  else {
    const { data } = JSON.parse(body);
    const by = secrets.map((secret) => verifies(secret, body, request.headers));
    seen.push({ id: request.headers["webhook-id"], event: data.id, type: data.type, tenant: data.tenant, seq: data.seq, by, path: request.url });
    return void answer(reply);
  }
  reply.end();
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0)).resume();
