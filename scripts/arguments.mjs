// The options of a command, or a sentence.

import { parseArgs } from "node:util";
import { Misunderstood } from "./say.mjs";

/** What `options` (those of `parseArgs`) are set to; a Problem for one that there is not. */
export function readOptions(args, options) {
  return readWords(args, options, false).values;
}

/** The same, and the words that stand between the options. */
export function readWords(args, options, allowPositionals = true) {
  try {
    return parseArgs({ args, options, allowPositionals });
  } catch (error) {
    const [fault] = error.message.split(/\.\s|\.$|\n/);
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new Misunderstood(`${fault}; there are ${names.join(", ")}.`);
  }
}

/** The end of the day that is named, or so many days from now. */
export function parseExpiry(text, now) {
  const [named] = text.match(/^\d{4}-\d\d-\d\d(?=T|$)/) ?? [];
  if (named && !isDay(named)) throw new Misunderstood(`\`${named}\` is no day of the calendar: give one that there is.`);
  const days = text.match(/^(\d{1,5})d?$/);
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T23:59:59.999Z` : text;
  const time = days ? now.getTime() + Number(days[1]) * 86_400_000 : /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(date) ? Date.parse(date) : NaN;
  if (Number.isNaN(time)) throw new Misunderstood(`\`${text}\` is not a time: give a date (2027-01-31), a time (2027-01-31T12:00:00Z) or a number of days.`);
  if (time <= now.getTime()) throw new Misunderstood(`\`${text}\` is past: give a time to come.`);
  return new Date(time).toISOString();
}

/** JavaScript takes 2027-02-31 for 2027-03-03. */
function isDay(text) {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
