// The load: a number of clients, each with a connection of its own, that send the next request when
// the last is answered. undici without its conveniences, because what the generator burns the
// server does not get.

import { readdirSync, readFileSync } from "node:fs";
import { Problem } from "../scripts/say.mjs";

/**
 * Sends `next()` again and again for some seconds, or until it gives none. Every status is checked.
 */
export async function load({ server, clients, seconds, next }) {
  const { Client } = await import("undici");
  const connections = Array.from({ length: clients }, () => new Client(server.origin, { keepAliveTimeout: 60_000 }));
  const latencies = [];
  const before = cpuSeconds(server.workerd);
  const ownBefore = process.cpuUsage();
  const started = performance.now();
  const end = started + seconds * 1000;
  await Promise.all(
    connections.map(async (client) => {
      while (performance.now() < end) {
        const request = next();
        if (request === null) return;
        const sent = performance.now();
        await dispatch(client, server, request);
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const elapsed = (performance.now() - started) / 1000;
  const cpu = (cpuSeconds(server.workerd) - before) * 1000;
  const own = process.cpuUsage(ownBefore);
  await Promise.all(connections.map((client) => client.close()));
  return {
    latencies,
    rate: latencies.length / elapsed,
    cpu: cpu / latencies.length,
    generator: (own.user + own.system) / 1000 / latencies.length,
  };
}

/** Sends one request and gives the body of the answer. */
export async function once(server, request) {
  const { Client } = await import("undici");
  const client = new Client(server.origin);
  const chunks = [];
  await dispatch(client, server, request, (chunk) => chunks.push(Buffer.from(chunk)));
  await client.close();
  return Buffer.concat(chunks).toString();
}

function dispatch(client, server, request, onData) {
  const { method, path, body, status, isOpen, isOperator } = request;
  return new Promise((resolve, reject) => {
    let refused;
    const handler = {
      onRequestStart() {},
      onResponseStart(_, statusCode) {
        if (statusCode !== status) refused = { statusCode, chunks: [] };
      },
      onResponseData(_, chunk) {
        if (refused) refused.chunks.push(Buffer.from(chunk));
        else onData?.(chunk);
      },
      onResponseEnd() {
        if (!refused) return resolve();
        const said = Buffer.concat(refused.chunks).toString().slice(0, 500);
        reject(new Problem(`${method} ${path}: ${refused.statusCode} instead of ${status}: ${said} (log: ${server.log})`));
      },
      onResponseError(_, error) {
        reject(new Problem(`${method} ${path}: ${error.message} (log: ${server.log})`));
      },
    };
    // What needs no credential is asked without one.
    const headers = isOpen ? {} : isOperator ? server.operator : server.headers;
    client.dispatch({ method, path: (isOperator ? "/admin/v1" : server.base) + path, headers, body: body ?? null }, handler);
  });
}

/**
 * CPU that a process has used, in nanosecond steps where the kernel tells; NaN where it tells
 * nothing.
 */
function cpuSeconds(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce(
      (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]) / 1e9,
      0,
    );
  } catch {
    return NaN;
  }
}
