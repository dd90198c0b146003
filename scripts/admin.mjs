// `npm run admin -- NOUN VERB …`: tenants, credentials and jobs of a deployment, over its admin
// face (docs/admin-api.md). Results go to stdout, words to stderr. It ends with 0, with 1 where
// something was refused or failed, with 2 where the command was not understood and nothing was
// asked for, with 3 where the other side could not be reached.

import { brake } from "./admin/brake.mjs";
import { connect } from "./admin/client.mjs";
import { clients } from "./admin/clients.mjs";
import { deleted } from "./admin/deleted.mjs";
import { erase } from "./admin/erase.mjs";
import { events } from "./admin/events.mjs";
import { helpOf, helpOfAll, helpOfNoun } from "./admin/help.mjs";
import { jobs } from "./admin/jobs.mjs";
import { exporting, importing } from "./admin/moving.mjs";
import { operatorTokens } from "./admin/operator-tokens.mjs";
import { listen } from "./admin/listen.mjs";
import { COMMON, OPTIONS } from "./admin/options.mjs";
import { printer } from "./admin/output.mjs";
import { pending } from "./admin/pending.mjs";
import { requests } from "./admin/requests.mjs";
import { status } from "./admin/status.mjs";
import { tenants } from "./admin/tenants.mjs";
import { tokens } from "./admin/tokens.mjs";
import { undo } from "./admin/undo.mjs";
import { webhooks } from "./admin/webhooks.mjs";
import { readWords } from "./arguments.mjs";
import { runIfProgram } from "./process.mjs";
import { Misunderstood } from "./say.mjs";
import { parseArgs } from "node:util";

const NOUNS = { tenants, tokens, clients, "operator-tokens": operatorTokens, brake, deleted, pending, import: importing, export: exporting, undo, erase, requests, events, listen, webhooks, jobs, status };

export async function main(args) {
  // Whoever reads no further (`| head`) has what was wanted.
  process.stdout.on("error", () => process.exit(0));
  refuseSecrets(args);
  const { noun, verb, name, rest, help } = find(args);
  if (help !== undefined) return console.log(help);
  const { values, positionals } = readWords(args, only([...COMMON, ...(verb.options ?? [])]));
  const given = positionals.slice(positionals.length - rest.length);
  const takes = verb.takes ?? [];
  if (given.length < takes.length || (given.length > takes.length && !verb.more)) {
    const wanted = takes.length === 0 ? "nothing more" : `${takes.join(" and ")}`;
    throw new Misunderstood(`\`${name}\` takes ${wanted}${verb.more ? `, and ${verb.more}` : ""}; this was given: ${given.join(" ") || "nothing"}.\n${helpOf(name, noun, verb)}`);
  }
  for (const option of verb.needs ?? []) {
    if (values[option] === undefined) throw new Misunderstood(`\`${name}\` needs --${option}.\n${helpOf(name, noun, verb)}`);
  }
  await verb.run({ values, given, api: await connect(values), print: printer(values, noun.columns) });
}

/** What is asked for; `help` where that is words. */
function find(args) {
  // Where the options are known, words and the values of options are told apart, whether or not all
  // are right.
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true, strict: false });
  const [nounName, ...behind] = positionals;
  if (nounName === "help") return find([...behind, "--help"]);
  if (nounName === undefined) {
    // An option that is not known is none here, either.
    readWords(args, only(COMMON));
    return { help: helpOfAll(NOUNS) };
  }
  if (!Object.hasOwn(NOUNS, nounName)) {
    const [near] = [1, 2].flatMap((most) => Object.keys(NOUNS).filter((noun) => isNear(nounName, noun, most)));
    const others = near ? `do you mean \`${near}\`?` : `there are ${Object.keys(NOUNS).join(", ")}.`;
    throw new Misunderstood(`there is no \`${nounName}\`; ${others} \`npm run admin\` alone tells what each does.`);
  }
  const noun = NOUNS[nounName];
  // A noun that has one thing to say is a verb itself.
  if (noun.run) return values.help === true ? { help: helpOf(nounName, noun, noun) } : { noun, verb: noun, name: nounName, rest: behind };
  const [verbName, ...rest] = behind;
  if (verbName === undefined) return { help: helpOfNoun(nounName, noun) };
  if (!Object.hasOwn(noun.verbs, verbName)) {
    throw new Misunderstood(`\`${nounName}\` has no \`${verbName}\`; it has ${Object.keys(noun.verbs).join(", ")}.\n${helpOfNoun(nounName, noun)}`);
  }
  const verb = noun.verbs[verbName];
  const name = `${nounName} ${verbName}`;
  return values.help === true ? { help: helpOf(name, noun, verb) } : { noun, verb, name, rest };
}

/** Whether a word is another one but for so many letters: left out, put in, or others. */
function isNear(word, other, most) {
  let at = 0;
  while (at < word.length && word[at] === other[at]) at += 1;
  const [a, b] = [word.slice(at), other.slice(at)];
  if (a === "" || b === "") return a.length + b.length <= most;
  return most > 0 && [[a.slice(1), b], [a, b.slice(1)], [a.slice(1), b.slice(1)]].some(([a, b]) => isNear(a, b, most - 1));
}

const only = (names) => Object.fromEntries(names.map((name) => [name, OPTIONS[name]]));

/**
 * npm prints its command line, the shell keeps it, and every process of the machine can read it.
 */
function refuseSecrets(args) {
  if (!args.some((text) => /scim(admin|secret)?_[1-9]\d{0,3}_[0-9A-Za-z]{20}|^--(admin-)?token(=|$)/.test(text))) return;
  throw new Misunderstood("a token stands on the command line, where others can read it (revoke it): set ADMIN_TOKEN in the environment, give --token-file, or be asked. A credential is named by its id, tok_….");
}

await runIfProgram(import.meta, main);
