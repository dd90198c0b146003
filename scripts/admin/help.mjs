// What `npm run admin` can do, in words.

import { COMMON, OPTIONS } from "./options.mjs";

const COMMAND = "npm run admin --";

export function helpOfAll(nouns) {
  const rows = Object.entries(nouns).flatMap(([name, noun]) => (noun.run ? [[name, noun.about]] : Object.entries(noun.verbs).map(([verb, { about }]) => [`${name} ${verb}`, about])));
  return `
  ${COMMAND} NOUN VERB …    customers, credentials and jobs of a deployment

${list(rows)}

  ${COMMAND} NOUN           what can be done with it
  ${COMMAND} NOUN VERB -h   one verb, with an example

A first customer, from nothing to a credential for its provider:

  ${COMMAND} tenants create 'Example Corp' --external-id org_77
  ${COMMAND} tokens create --tenant ext:org_77 --label Okta

Every verb takes

${options(COMMON)}

The admin token is that of --token-file, or ADMIN_TOKEN in the environment, or for the local Worker that of .dev.vars, or is asked for.
In a pipe, results are tab-separated, a line of names first. npm itself prints two lines before them: \`npm run -s admin -- …\` does not.
It ends with 0; 1 where the deployment refused or something failed; 2 where the command was not understood, so that nothing was asked for; 3 where the other side was not reached.
What a value may be the deployment says, so a scope or state that there is not is 1; what the command itself reads (a time, a number of rows, the name of a tenant) is 2.
`;
}

export function helpOfNoun(name, { about, verbs }) {
  const rows = Object.entries(verbs).map(([verb, { about: words }]) => [`${name} ${verb}`, words]);
  const [first] = Object.keys(verbs);
  return `
${about}

${list(rows)}

  ${COMMAND} ${name} ${first} -h   one verb, with an example
`;
}

export function helpOf(name, noun, { about, details, takes = [], more, usage: last, needs = [], options: own = [], example }) {
  const optional = own.filter((option) => !needs.includes(option));
  const usage = [
    COMMAND, name, ...takes, ...(more ? [last ?? `[${more.split(" ")[0]} …]`] : []),
    ...needs.map(spelled), ...optional.map((option) => `[${spelled(option)}]`),
  ];
  return `
  ${usage.join(" ")}

${about}.${details ? `\n${details}` : ""}${own.length === 0 ? "" : `\n\n${options([...needs, ...optional], noun.means)}`}

  ${COMMAND} ${example}

Besides: ${COMMON.map((option) => `--${option}`).join(", ")}; \`npm run admin\` says what they mean.
`;
}

const spelled = (option) => `--${option}${OPTIONS[option].value ? ` ${OPTIONS[option].value}` : ""}`;

const options = (names, means = {}) => list(names.map((name) => [spelled(name), means[name] ?? OPTIONS[name].meaning]));

function list(rows) {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
