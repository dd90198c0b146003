// The Worker's JavaScript entry: hands each request to Rust. scripts/build.mjs bundles it with
// wasm-bindgen's glue.
//
// A panic or a trap leaves the memory of a wasm instance in an unknown state: the requests under
// way on it would never be answered, so they are answered here. The next one gets a new instance
// (`expect_panics` in src/platform/console.rs).

import * as worker from "./index.js";

const underWay = new Set();

addEventListener("error", ({ error }) => noteTrap(error));
addEventListener("unhandledrejection", ({ reason }) => noteTrap(reason));

function noteTrap(error) {
  if (!(error instanceof WebAssembly.RuntimeError)) return;
  console.error("trap", error);
  for (const giveUp of underWay) giveUp(error);
}

/** One event, answered by Rust, or by `otherwise` where a panic came in between. */
async function guarded(context, answer, otherwise) {
  let giveUp;
  const trapped = new Promise((_, reject) => (giveUp = reject));
  underWay.add(giveUp);
  try {
    const answered = answer();
    // A client that goes away ends nothing half-way: what a future in Rust holds is given back when
    // it is at its end.
    context.waitUntil(Promise.race([answered, trapped]).catch(() => {}));
    return await Promise.race([answered, trapped]);
  } catch (error) {
    console.error("no answer", error);
    return otherwise(error);
  } finally {
    underWay.delete(giveUp);
  }
}

/** Bytes that are taken of a body which nobody read, and milliseconds for which they are. */
const MOST_UNREAD = 8_388_608;
const PATIENCE = 2_000;
/** Bytes of a piece of it: each costs a turn of the loop, and the platform's own are of 4 kB. */
const PIECE = 65_536;

/**
 * Answers a request. While a client still sends, it does not see the answer: its connection would
 * be cut off with what it sends unread. So what is left of the body is taken and thrown away, one
 * piece after the other, of as much as any body has that Rust would have read in one piece.
 */
async function answer(request, env, context) {
  const reply = await guarded(context, () => worker.fetch(request, env, context), () => brokenReply(request));
  const isRead = reply.status < 400 && request.bodyUsed;
  if (!isRead && request.body !== null) await takeRest(request.body);
  return reply;
}

async function takeRest(body) {
  let timer;
  try {
    const reader = body.getReader({ mode: "byob" });
    timer = setTimeout(() => reader.cancel().catch(() => {}), PATIENCE);
    let piece = new Uint8Array(PIECE);
    for (let left = MOST_UNREAD; left > 0; ) {
      const { done, value } = await reader.read(piece);
      if (done) return;
      left -= value.length;
      piece = new Uint8Array(value.buffer);
    }
    await reader.cancel();
  } catch {
    // The client has gone, or somebody else reads.
  } finally {
    clearTimeout(timer);
  }
}

export default {
  fetch: answer,
  // What these two leave undone the platform sends again.
  ...(worker.scheduled && { scheduled: (event, env, context) => guarded(context, () => worker.scheduled(event, env, context), fail) }),
  ...(worker.queue && { queue: (batch, env, context) => guarded(context, () => worker.queue(batch, env, context), fail) }),
};

function fail(error) {
  throw error;
}

/**
 * Even this answer has the form of its face: a SCIM Error (RFC 7644 §3.12), an error of OAuth (RFC
 * 6749 §5.2), or a problem (RFC 9457).
 */
function brokenReply({ url }) {
  const detail = "The server met a fault of its own. Send the request again.";
  const segments = new URL(url).pathname.split("/");
  const [type, body] = segments.includes("scim")
    ? ["application/scim+json", { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "500", detail }]
    : segments.includes("oauth")
    ? ["application/json", { error: "server_error", error_description: detail }]
    : ["application/problem+json", { type: "about:blank", title: "Internal Server Error", status: 500, code: "internal_error", detail }];
  const id = `req_${crypto.randomUUID().replaceAll("-", "")}`;
  return Response.json(body, { status: 500, headers: { "Content-Type": type, "X-Request-Id": id } });
}
