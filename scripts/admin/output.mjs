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

/**
 * Columns that stand in the rows of a wide table only where the others leave room, the least useful
 * first.
 */
const LEAST = ["detail", "reply", "url", "path", "subject", "created_at", "scim_type", "operation", "provider", "method", "external_id", "last4", "request", "actor", "seq"];

/**
 * A table, in which no value is cut. Of one that is wider than the terminal, columns that have
 * nothing are left out, and those that do not fit stand below their row. The first, by which the
 * next command names a thing, is always there.
 */
function table(list, names) {
  const width = process.stdout.columns || Infinity;
  const rows = list.map((row) => Object.fromEntries(names.map((name) => [name, short(row[name])])));
  const lines = (shown) => columns(shown.map(title), rows.map((row) => shown.map((name) => row[name])));
  const fits = (shown) => lines(shown).every((line) => Array.from(line).length <= width);
  const isKept = (name) => rows.some((row) => !isEmpty(row[name]));
  const [first, ...others] = names;
  const useful = [...others.filter((name) => !LEAST.includes(name)), ...LEAST.filter((name) => others.includes(name)).reverse()];
  let shown = [first];
  for (const name of useful.filter(isKept)) {
    const more = names.filter((other) => other === name || shown.includes(other));
    if (fits(more)) shown = more;
  }
  if (fits(names)) shown = names;
  const below = names.filter((name) => isKept(name) && !shown.includes(name));
  const [head, ...texts] = lines(shown);
  return [bold(head), ...texts.flatMap((text, index) => [text, ...beneath(below, rows[index], width)])];
}

const isEmpty = (text) => text === "" || text === "-";

/** Lines below a row: a name and a value each, a long one on as many as it takes. */
function beneath(names, row, width) {
  const indent = Math.max(0, ...names.map((name) => name.length)) + 4;
  const told = names.filter((name) => !isEmpty(row[name]));
  return told.flatMap((name) => wrapped(row[name], width - indent).map((text, index) => `  ${(index === 0 ? title(name) : "").padEnd(indent - 2)}${text}`));
}

/** A text in lines, parted at blanks: a word that is longer than a line is copied whole. */
function wrapped(text, width) {
  const [first, ...words] = text.split(" ");
  const lines = [first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (Array.from(longer).length > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
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
