// Figures as tables: Markdown that reads well in a terminal, too.

/** The goals that are not ratios to a ceiling. */
export const GOALS = { cpu: 0.1, users: 1.15, members: 1.1 };

const ms = (value) => (Number.isFinite(value) ? value.toFixed(2) : "");
const mark = (held) => (held === undefined ? "" : held ? "✓" : "✗");

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

export function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** What the rounds of a lane come to. */
export function summary(rounds) {
  const latencies = rounds.flatMap((round) => round.latencies).sort((a, b) => a - b);
  return {
    p50: median(rounds.map((round) => percentile([...round.latencies].sort((a, b) => a - b), 0.5))),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    rate: median(rounds.map((round) => round.rate)),
    cpu: median(rounds.map((round) => round.cpu)),
    generator: median(rounds.map((round) => round.generator)),
    requests: latencies.length,
  };
}

/** `results`: what measure() of run.mjs gives, one a lane. */
export function report({ results, populations, goalAt }) {
  const parts = [];
  const ceilings = results.filter(({ ceiling }) => ceiling);
  parts.push("### Ceilings: a bare Worker", "", table(
    ["ceiling", "clients", "p50 ms", "p95", "p99", "req/s", "CPU ms"],
    ceilings.map((lane) => [lane.ceiling, lane.clients, ...figures(lane)]),
  ), "");
  for (const users of populations) {
    const ours = results.filter((lane) => lane.workload && lane.users === users);
    parts.push(`### ${users.toLocaleString("en")} users${users === goalAt ? " (where the goals hold)" : ""}`, "", table(
      ["workload", "clients", "p50 ms", "p95", "p99", "req/s", "CPU ms", "ceiling", "ratio", "goal", "", "CPU above", "goal", ""],
      ours.map((lane) => {
        const { goal, point } = lane.workload;
        const judged = users === goalAt;
        return [
          lane.workload.name, lane.clients, ...figures(lane), lane.workload.ceiling,
          ms(lane.ratio), goal ?? "", mark(judged && goal !== undefined ? lane.ratio >= goal : undefined),
          ms(lane.cpuAbove), point ? GOALS.cpu : "", mark(judged && point && Number.isFinite(lane.cpuAbove) ? lane.cpuAbove <= GOALS.cpu : undefined),
        ];
      }),
    ), "");
  }
  const growths = [...growthByUsers(results, populations), ...growthByMembers(results, goalAt)];
  if (growths.length > 0) {
    parts.push("### Growth of p50", "", table(
      ["workload", "from", "to", "p50 ms", "p50 ms", "growth", "goal", ""],
      growths.map(({ name, from, to, before, after, growth, goal }) => [name, from, to, ms(before), ms(after), ms(growth), goal, mark(growth <= goal)]),
    ), "");
  }
  return parts.join("\n");
}

/** Growth is the median over rounds, as both sides are measured side by side. */
function growth(name, unit, goal, [from, before], [to, after]) {
  const ratios = after.rounds.map(({ p50 }, round) => p50 / before.rounds[round].p50);
  const words = (count) => `${count.toLocaleString("en")} ${unit}`;
  return { name, from: words(from), to: words(to), before: before.p50, after: after.p50, growth: median(ratios), goal };
}

function growthByUsers(results, populations) {
  const [least, most] = [Math.min(...populations), Math.max(...populations)];
  if (least === most) return [];
  const at = (users, workload) => results.find((lane) => lane.workload === workload && lane.users === users);
  const workloads = new Set(results.filter(({ workload }) => workload?.growth).map(({ workload }) => workload));
  return [...workloads].map((workload) =>
    growth(workload.name, "users", GOALS.users, [least, at(least, workload)], [most, at(most, workload)]),
  );
}

function growthByMembers(results, goalAt) {
  const lanes = results.filter(({ workload, users }) => workload?.series === "members" && users === goalAt);
  if (lanes.length < 2) return [];
  const [least, most] = [lanes[0], lanes.at(-1)];
  return [growth("add a member", "members", GOALS.members, [least.workload.size, least], [most.workload.size, most])];
}

function figures({ p50, p95, p99, rate, cpu }) {
  return [ms(p50), ms(p95), ms(p99), rate.toFixed(rate < 100 ? 1 : 0), ms(cpu)];
}

/** Markdown, padded so that it is a table in a terminal, too; numbers to the right. */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const right = head.map((_, column) => rows.every((row) => /^[\d.,-]*$/.test(String(row[column]))));
  const line = (row) =>
    `| ${row.map((cell, column) => (right[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join(" | ")} |`;
  const rule = `|${widths.map((width, column) => (right[column] ? `${"-".repeat(width + 1)}:` : "-".repeat(width + 2))).join("|")}|`;
  return [line(cells[0]), rule, ...cells.slice(1).map(line)].join("\n");
}
