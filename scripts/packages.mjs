// Installs the npm packages of package-lock.json when they are missing or are others.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, run } from "./process.mjs";
import { step } from "./say.mjs";

export async function packages() {
  if (await upToDate()) return;
  await step("Installing the npm packages", () => {
    const args = ["ci", "--no-audit", "--no-fund"];
    const problem = (said) => {
      if (said === "") return "npm, which installs the packages, is not on the PATH: it comes with Node (https://nodejs.org).";
      const network = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/.test(said);
      return `npm could not install the packages (it says why above); ${network ? "check the network" : "mend that"} and run the command again.`;
    };
    const npm = process.env.npm_execpath;
    return npm?.endsWith(".js")
      ? run(process.execPath, [npm, ...args], { label: "npm", problem })
      : run("npm", args, { label: "npm", problem });
  });
}

/** npm writes down what it installed; packages for other systems are optional and missing there. */
async function upToDate() {
  try {
    const [wanted, found] = await Promise.all(
      ["package-lock.json", "node_modules/.package-lock.json"].map(async (path) =>
        JSON.parse(await readFile(join(ROOT, path), "utf8")).packages,
      ),
    );
    return Object.entries(wanted).every(
      ([path, { version, optional }]) =>
        path === "" || (optional && !found[path]) || found[path]?.version === version,
    );
  } catch {
    return false;
  }
}
