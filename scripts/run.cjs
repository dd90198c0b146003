// The door of every `npm run` command: `node scripts/run.cjs NAME …` runs `main` of NAME.mjs, seen
// from this folder. Plain old CommonJS, so that a Node that is too old for the rest still says so
// in words.
"use strict";

var NEEDED = [20, 3];

var version = process.versions.node.split(".").map(Number);
if (version[0] < NEEDED[0] || (version[0] === NEEDED[0] && version[1] < NEEDED[1])) {
  console.error(
    "scim-worker: this needs Node " + NEEDED.join(".") + " or newer, and this is Node " + process.versions.node +
    ": install a newer one (https://nodejs.org) and run the command again."
  );
  process.exit(1);
}

import("./" + process.argv[2] + ".mjs").then(function (command) {
  return import("./process.mjs").then(function (processes) {
    return processes.runMain(command.main, process.argv.slice(3));
  });
}, function (error) {
  console.error(error);
  process.exit(1);
});
