// The admin face over a database at hand, for the time before there is an admin token: the built
// Worker runs here, opened by a token that nobody else has, and what it asks of its databases goes
// to those of d1.mjs, the local or the deployed ones.

import { build } from "./build.mjs";
import { readConfig } from "./config.mjs";
import { openDatabases } from "./d1.mjs";
import { callsOf } from "./admin/client.mjs";
import { Problem } from "./say.mjs";
import { mintToken } from "./secret.mjs";
import { BUILT, modules } from "./serve.mjs";

/** D1 as far as the Worker uses it: statements go out to us, their answers come back. */
const D1 = `export default ({ ASK, binding }) => {
  const batch = async (statements) => {
    const reply = await ASK.fetch("http://database/", { method: "POST", body: JSON.stringify({ binding, statements }) });
    const { answers, error } = await reply.json();
    if (error !== undefined) throw new Error(error);
    return answers;
  };
  const prepare = (text, values = []) => ({
    text, values,
    bind: (...values) => prepare(text, values),
    all: async () => (await batch([{ text, values }]))[0],
  });
  return { prepare, batch };
};`;

/** The calls of the face, and `close`. */
export async function openFace({ remote, env }) {
  await build();
  const { compatibility_date: compatibilityDate, compatibility_flags: compatibilityFlags, vars } = await readConfig(env);
  const databases = await openDatabases({ remote, env });
  let fault;
  const answer = async (request) => {
    const { binding, statements } = await request.json();
    const { Response } = await import("miniflare");
    try {
      const answers = await databases.batch(binding, statements.map(({ text, values }) => [text, ...values]));
      return Response.json({ answers });
    } catch (error) {
      // Some statements fail on purpose; whether it was one of those the Worker knows.
      fault = error;
      return Response.json({ error: error.message });
    }
  };
  const { Log, LogLevel, Miniflare } = await import("miniflare");
  const token = mintToken("scimadmin");
  const miniflare = new Miniflare({
    log: new Log(LogLevel.ERROR),
    // What is refused is told by its reply.
    handleRuntimeStdio: () => {},
    cf: false,
    workers: [
      {
        name: "face",
        ...(await modules(BUILT)),
        compatibilityDate,
        compatibilityFlags,
        bindings: { ...vars, ADMIN_TOKEN: token },
        wrappedBindings: Object.fromEntries(databases.bindings.map((binding) => [binding, { scriptName: "d1", bindings: { binding } }])),
      },
      { name: "d1", modules: [{ type: "ESModule", path: "d1.mjs", contents: D1 }], serviceBindings: { ASK: answer } },
    ],
  });
  const close = async () => {
    await miniflare.dispose();
    await databases.close();
  };
  const base = new URL("https://face.invalid/admin/v1");
  const fetch = async (...request) => {
    const reply = await miniflare.dispatchFetch(...request);
    if (reply.status >= 500 && fault instanceof Problem) throw fault;
    return reply;
  };
  return { ...callsOf({ base, token, source: "this command's own token", fetch }), close };
}
