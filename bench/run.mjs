// `npm run bench`: the built Worker under load, beside what a bare Worker reaches on the same
// workerd (README.md).

import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { readOptions } from "../scripts/arguments.mjs";
import { build } from "../scripts/build.mjs";
import { ROOT, runIfProgram } from "../scripts/process.mjs";
import { Problem, say, step } from "../scripts/say.mjs";
import { CEILINGS } from "./ceilings.mjs";
import { load, once } from "./load.mjs";
import { seed, seedBare, takePattern } from "./seed.mjs";
import { startCeilings, startWorker } from "./servers.mjs";
import { median, percentile, report, summary } from "./table.mjs";
import { WORKLOADS } from "./workloads.mjs";

const USAGE = `npm run bench -- [options]
  --quick           a look in about a minute: 1,000 users, short rounds
  --users N[,N]     populations (1000,10000,100000); the goals are judged at 10,000, or at the first
  --only WORDS      workloads whose name contains WORDS; may be given again
  --rounds N        rounds of each lane (7)
  --seconds N       length of a round (1)
  --no-build        measures build/ as it is
  --note WORDS      is kept with the results`;

/** The population at which the goals are meant. */
const GOAL_USERS = 10_000;
const CLIENTS = 16;

export async function main(args) {
  const options = read(args);
  if (!options) return console.log(USAGE);
  if (options.build) await build();
  const { populations, goalAt } = options;
  const workloads = WORKLOADS.filter(({ name }) => options.only.length === 0 || options.only.some((words) => name.includes(words)));
  if (workloads.length === 0) throw new Problem(`no workload is called so; there are: ${WORKLOADS.map(({ name }) => name).join("; ")}.`);

  const folder = await mkdtemp(join(tmpdir(), "scim-bench-"));
  let failed = false;
  process.on("exit", () => {
    if (failed) say(`The databases and logs of this run are in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  });
  try {
    const results = await run(folder, workloads, options);
    await tell({ results: withoutTwins(results), populations, goalAt }, options);
  } catch (error) {
    failed = true;
    throw error;
  }
}

async function run(folder, workloads, options) {
  const { populations, goalAt } = options;
  const workers = [];
  let pattern;
  for (const users of populations) {
    const state = join(folder, String(users));
    await mkdir(state);
    pattern = await takePattern(await startWorker(state, users), state);
    await step(`Seeding ${users.toLocaleString("en")} users`, () => seed(state, pattern, users));
    workers.push(await startWorker(state, users));
  }
  const bareState = join(folder, "bare");
  await mkdir(bareState);
  await step("Seeding the tables of the ceilings", () => seedBare(bareState, pattern, goalAt));
  const ceilings = await startCeilings(bareState, goalAt);

  const results = [];
  const groups = groupBy(workloads, ({ series, name }) => series ?? name);
  let done = 0;
  for (const group of groups.values()) {
    done += group.length;
    const names = group.length === 1 ? group[0].name : `${group[0].name} and its kin`;
    await step(`[${done}/${workloads.length}] ${names}`, async () => {
      results.push(...(await measure(group, workers, ceilings, options)));
    });
  }
  await Promise.all([...workers, ceilings].map((server) => server.stop()));
  return results;
}

function groupBy(list, key) {
  const groups = new Map();
  for (const item of list) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

function read(args) {
  const values = readOptions(args, {
    help: { type: "boolean" },
    quick: { type: "boolean", default: false },
    users: { type: "string" },
    only: { type: "string", multiple: true, default: [] },
    rounds: { type: "string" },
    seconds: { type: "string" },
    "no-build": { type: "boolean", default: false },
    note: { type: "string", default: "" },
  });
  if (values.help) return undefined;
  const number = (name, text, least) => {
    const value = Number(text);
    if (value >= least) return value;
    throw new Problem(`--${name} takes a number from ${least} on, not \`${text}\`.`);
  };
  const { quick, only, note } = values;
  const populations = (values.users ?? (quick ? "1000" : "1000,10000,100000")).split(",").map((text) => number("users", text, 1000));
  return {
    quick,
    only,
    note,
    build: !values["no-build"],
    populations,
    goalAt: populations.includes(GOAL_USERS) ? GOAL_USERS : populations[0],
    rounds: number("rounds", values.rounds ?? (quick ? 3 : 7), 1),
    seconds: number("seconds", values.seconds ?? (quick ? 0.3 : 1), 0.1),
    warmUp: quick ? 0.2 : 0.5,
  };
}

/** The ceiling and each workload on each population, in turn, round after round. */
async function measure(group, workers, ceilings, { rounds, seconds, warmUp }) {
  const { ceiling, clients = CLIENTS } = group[0];
  const lanes = [
    { ceiling, clients, server: ceilings, lane: { next: () => CEILINGS[ceiling].next(ceilings), after: ceilings.reset } },
  ];
  for (const workload of group) {
    for (const server of workers) lanes.push({ workload, clients, server, users: server.users, lane: await workload.begin(server) });
  }
  for (const { lane, server, workload } of lanes) {
    await lane.before?.(0.001);
    const answer = await once(server, lane.next());
    if (lane.verify) verify(workload.name, lane, answer);
    await lane.after?.();
  }
  for (const lane of lanes) await round(lane, warmUp);
  const figures = lanes.map(() => []);
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const [index, lane] of lanes.entries()) figures[index].push(await round(lane, seconds));
  }
  return lanes.map(({ lane: _, server: __, ...named }, index) => {
    const result = { ...named, ...summary(figures[index]), rounds: figures[index].map(short) };
    if (index === 0) return result;
    // Paired by round, so that what else the machine does falls on both.
    return {
      ...result,
      ratio: median(figures[index].map(({ rate }, turn) => rate / figures[0][turn].rate)),
      cpuAbove: median(figures[index].map(({ cpu }, turn) => cpu - figures[0][turn].cpu)),
    };
  });
}

function verify(name, lane, answer) {
  try {
    lane.verify(JSON.parse(answer));
  } catch (error) {
    throw new Problem(`${name}: ${error.message}: ${answer.slice(0, 500)}`);
  }
}

async function round({ lane, server, clients }, seconds) {
  await lane.before?.(seconds);
  const figures = await load({ server, clients, seconds, next: lane.next });
  await lane.after?.();
  return figures;
}

const short = ({ latencies, rate, cpu }) => ({
  p50: percentile([...latencies].sort((a, b) => a - b), 0.5),
  rate,
  cpu,
  requests: latencies.length,
});

/**
 * A ceiling is measured again for each workload; the table shows it once for each number of
 * clients.
 */
function withoutTwins(results) {
  const seen = new Set();
  return results.filter(({ ceiling, clients }) => {
    const key = `${ceiling} ${clients}`;
    if (!ceiling || !seen.has(key)) {
      seen.add(key);
      return true;
    }
    return false;
  });
}

async function tell(figures, options) {
  const { version } = JSON.parse(await readFile(join(ROOT, "node_modules/workerd/package.json"), "utf8"));
  const machine = `${cpus().length} × ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB`;
  const date = new Date().toISOString().slice(0, 10);
  const generator = median(figures.results.map((lane) => lane.generator));
  const text = [
    `## ${date}, ${machine}`,
    "",
    `Node ${process.versions.node}, workerd ${version}; ${options.rounds} rounds of ${options.seconds} s a lane, lanes interleaved; medians of rounds. ` +
      `The generator took ${generator.toFixed(2)} ms of CPU a request.${options.note ? ` ${options.note}` : ""}`,
    "",
    report(figures),
  ].join("\n");
  console.log(`\n${text}`);
  if (options.only.length > 0) return;
  const name = `${date}-${cpus().length}x-${cpus()[0].model}${options.quick ? "-quick" : ""}`.toLowerCase().replace(/[^a-z0-9.]+/g, "-");
  const path = join(ROOT, "bench/results", name);
  await mkdir(join(ROOT, "bench/results"), { recursive: true });
  await writeFile(`${path}.md`, text);
  const results = figures.results.map(({ workload, ...rest }) => ({ ...rest, ...(workload && { workload: workload.name, against: workload.ceiling }) }));
  await writeFile(`${path}.json`, `${JSON.stringify({ date, machine, workerd: version, ...options, results }, null, 1)}\n`);
  say(`Kept in ${path}.md`);
}

await runIfProgram(import.meta, main);
