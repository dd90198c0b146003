// An issuer of assertions (RFC 7523) for the tests: it makes keys, serves their set and signs.
//
// Prints its origin in one line. `GET /keys` is the key set; the others are for the test:
// `POST /mode` (`good`, `large`, `redirect`, `away`), `POST /rotate`, `GET /asked`, and
// `POST /sign` ({header, claims, key}), which answers an assertion with these claims beside those
// of the sample. It ends when its stdin closes.

import { createHmac, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const keys = new Map();
let mode = "good";
let asked = 0;
let generation = 1;

function add(kid, kind, options) {
  keys.set(kid, generateKeyPairSync(kind, options));
}

function publish() {
  keys.clear();
  add(`rsa-${generation}`, "rsa", { modulusLength: 2048 });
  add(`ec-${generation}`, "ec", { namedCurve: "P-256" });
  add(`short-${generation}`, "rsa", { modulusLength: 1024 });
}

const jwk = (key) => createPublicKey(key).export({ format: "jwk" });
const set = () => JSON.stringify({ keys: [...keys].map(([kid, { privateKey }]) => ({ ...jwk(privateKey), kid, use: "sig" })) });
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

const TENANT = "ce5f061f-abe6-4e40-9615-301f87bcb7f0";
const APP = "b5ba7a93-4452-4522-aeb4-a2b5da870c16";

/** The claims of the sample that Microsoft has published, of this moment. */
function sample() {
  const now = Math.floor(Date.now() / 1000);
  const issuer = `https://login.microsoftonline.com/${TENANT}/v2.0`;
  return {
    aud: `api://${APP}`, iss: issuer, iat: now, nbf: now, exp: now + 3900, appid: APP, appidacr: "2", idp: issuer,
    oid: "d2f8ee76-c549-45b8-a143-f5b640669704", sub: "sync fabric", tid: TENANT, ver: "2.0",
  };
}

/** The signature that the algorithm of the header asks for, whether it is a good one or not. */
function signature({ alg, kid }, front, key = kid) {
  if (alg === "none") return "";
  const { privateKey } = keys.get(key);
  if (alg === "HS256") return createHmac("sha256", createPublicKey(privateKey).export({ format: "pem", type: "spki" })).update(front).digest("base64url");
  return sign("sha256", Buffer.from(front), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");
}

const answers = {
  "GET /keys": (_, response) => {
    asked += 1;
    if (mode === "away") return response.socket.destroy();
    if (mode === "redirect") return response.writeHead(302, { Location: "/others" }).end();
    response.setHeader("Content-Type", "application/json");
    response.end(mode === "large" ? set().padEnd(1_048_576) : set());
  },
  "GET /others": (_, response) => response.end(set()),
  "GET /asked": (_, response) => response.end(String(asked)),
  "POST /mode": (body, response) => {
    mode = body;
    response.end();
  },
  "POST /rotate": (_, response) => {
    generation += 1;
    publish();
    response.end();
  },
  "POST /sign": (body, response) => {
    const { header, claims, key } = JSON.parse(body);
    const front = `${part(header)}.${part({ ...sample(), ...claims })}`;
    response.end(`${front}.${signature(header, front, key)}`);
  },
};

publish();
const server = createServer(async (request, response) => {
  const answer = answers[`${request.method} ${request.url}`];
  if (answer) answer(await text(request), response);
  else response.writeHead(404).end();
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
