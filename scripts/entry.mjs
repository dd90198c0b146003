// The Worker's JavaScript entry: hands each request to Rust. scripts/build.mjs bundles it with wasm-bindgen's glue.
//
// A panic or a trap leaves the memory of a wasm instance in an unknown state: the requests under way on it would never
// be answered, so they are answered here, and the next one gets a new instance. `state` is how the `worker` crate's
// panic hook and this file tell each other.

import { __wbg_reset_state, __worker_init_state, fetch as answer } from "./index.js";

const state = __worker_init_state();
const underWay = new Set();

addEventListener("error", ({ error }) => noteTrap(error));
addEventListener("unhandledrejection", ({ reason }) => noteTrap(reason));

function noteTrap(error) {
  if (!(error instanceof WebAssembly.RuntimeError)) return;
  console.error("trap", error);
  state.criticalError = true;
  for (const giveUp of underWay) giveUp(error);
}

export default {
  async fetch(request, env, context) {
    if (state.criticalError) {
      __wbg_reset_state();
      state.criticalError = false;
      state.instanceId += 1;
    }
    let giveUp;
    const trapped = new Promise((_, reject) => (giveUp = reject));
    underWay.add(giveUp);
    try {
      return await Promise.race([answer(request, env, context), trapped]);
    } catch (error) {
      console.error("no answer", error);
      return brokenReply();
    } finally {
      underWay.delete(giveUp);
    }
  },
};

/** RFC 7644 §3.12: even this answer is a SCIM Error. */
function brokenReply() {
  const body = {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
    status: "500",
    detail: "The server met a fault of its own; the request may be sent again.",
  };
  return Response.json(body, { status: 500, headers: { "Content-Type": "application/scim+json" } });
}
