// What the log of requests costs the database: prints, of each request, the batches that the Worker
// sent for it, with the rows that D1 says they wrote, and whether it is the log's.

import { openDatabases } from "../../scripts/d1.mjs";
import { openFace } from "../../scripts/face.mjs";
import { runMain } from "../../scripts/process.mjs";

/** How long what is written behind a reply may take. */
const PATIENCE_MS = 5_000;

await runMain(async () => {
  let batches = [];
  const open = async (values) => {
    const databases = await openDatabases(values);
    const batch = async (binding, statements) => {
      const answers = await databases.batch(binding, statements);
      const written = answers.reduce((sum, { meta }) => sum + meta.rows_written, 0);
      batches.push({ written, is_log: statements.some(([text]) => text.includes("INTO requests")) });
      return answers;
    };
    return { ...databases, batch };
  };
  const face = await openFace({ remote: false }, open);
  const users = "/tenants/1/scim/v2/Users";
  const costs = {};
  const measure = async (name, work, logged = true) => {
    batches = [];
    const result = await work();
    const end = performance.now() + PATIENCE_MS;
    while (logged && !batches.some(({ is_log }) => is_log) && performance.now() < end) await new Promise((done) => setTimeout(done, 20));
    costs[name] = [...batches];
    return result;
  };
  await face.patch("/tenants/1", { settings: { request_log: { mode: "all", bodies: true } } });
  const { id } = await measure("POST", () => face.post(users, { userName: "ada" }));
  await measure("GET", () => face.get(`${users}/${id}`));
  await measure("refused", () => face.post(users, { userName: "ada" }).catch(() => {}));
  await measure("DELETE", () => face.remove(`${users}/${id}`));
  await measure("status", () => face.get("/status"), false);
  await face.close();
  console.log(JSON.stringify(costs));
}, []);
