// Results, on stdout: a table on a terminal, tab-separated values in a pipe, JSON where that is
// asked for.

import { columns } from "../columns.mjs";

/**
 * `rows(list, names)`, whose columns are `names`, and `one(record, names)`, of which those come
 * first: by default the columns of the noun.
 */
export function printer({ json }, columns = []) {
  const isTerminal = process.stdout.isTTY === true;
  const write = (lines) => console.log(lines.join("\n"));
  const asJson = (value) => console.log(JSON.stringify(value, null, isTerminal ? 2 : 0));
  return {
    rows(list, names, none) {
      if (json) asJson(list);
      else if (!isTerminal) write(separated(list, names));
      else if (list.length === 0) process.stderr.write(`· ${none}\n`);
      else write(table(list, names));
    },
    one(record, first = columns) {
      const names = [...new Set([...first.filter((name) => Object.hasOwn(record, name)), ...Object.keys(record)])];
      if (json) asJson(record);
      else if (!isTerminal) write(separated([record], names));
      else write(sheet(record, names));
    },
  };
}

/** text/tab-separated-values: a line of names first. */
const separated = (list, names) => [names, ...list.map((row) => names.map((name) => plain(row[name])))].map((cells) => cells.join("\t"));

function table(list, names) {
  const rows = fit([names.map(title), ...list.map((row) => names.map((name) => short(row[name])))], process.stdout.columns);
  const [head, ...lines] = columns(rows[0], rows.slice(1));
  return [bold(head), ...lines];
}

/** Characters that a column keeps, however narrow the terminal is. */
const NARROW = 6;

/**
 * Rows that are no wider than the terminal: the widest columns are cut, but the first, by which the
 * next command names a thing. A pipe and --json have all.
 */
function fit(rows, width) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => Array.from(row[column]).length)));
  for (let over = widths.reduce((sum, each) => sum + each + 2, -2) - width; over > 0; over -= 1) {
    const widest = Math.max(...widths.slice(1));
    if (widest <= NARROW) break;
    widths[widths.indexOf(widest, 1)] -= 1;
  }
  const cut = (text, most) => (Array.from(text).length > most ? `${Array.from(text).slice(0, most - 1).join("")}…` : text);
  return rows.map((row) => row.map((cell, column) => cut(cell, widths[column])));
}

function sheet(record, names) {
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => `${bold(title(name).padEnd(width))}  ${short(record[name])}`);
}

const title = (name) => name.replaceAll("_", " ");

/** Colours and the like are for those who want them: https://no-color.org */
function bold(text) {
  return process.env.NO_COLOR || process.env.TERM === "dumb" ? text : `\u001b[1m${text}\u001b[22m`;
}

function short(value) {
  if (value === null || value === undefined) return "-";
  if (isList(value)) return plain(value.join(","));
  const pairs = typeof value === "object" && pairsOf(value);
  if (pairs) return pairs.length > 0 ? pairs.map(([name, of]) => `${name}=${quoted(of)}`).join(" ") : "-";
  return plain(value).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(\.\d+)?Z$/, "$1 $2Z");
}

const isList = (value) => Array.isArray(value) && value.every((item) => typeof item === "string");

/**
 * What an object has, by paths such as `brake.count`, as `tenants set` takes it; none where it has
 * a list of objects.
 */
function pairsOf(object) {
  if (Array.isArray(object)) return null;
  const pairs = Object.entries(object).map(([name, value]) => {
    if (value === null || typeof value !== "object" || isList(value)) return [[plain(name), value]];
    return pairsOf(value)?.map(([inner, of]) => [`${plain(name)}.${inner}`, of]);
  });
  return pairs.every(Boolean) ? pairs.flat() : null;
}

/** A value of a pair; what could be taken for two, or for none, in quotes. */
function quoted(value) {
  const text = value === null ? "null" : plain(isList(value) ? value.join(",") : value);
  return /^$|[\s="]/u.test(text) ? `"${text.replaceAll('"', '\\"')}"` : text;
}

/**
 * A name is another's: no character of it moves the cursor, ends the line or the column, or turns
 * the text around.
 */
function plain(value) {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const named = { "\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": typeof value === "object" ? "\\" : "\\\\" };
  return text.replace(/[\\\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => named[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
