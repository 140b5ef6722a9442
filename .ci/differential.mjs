// Reads tokens with the verdicts of lambda-api, and asks aws-jwt-verify for its own.
//
// usage: node differential.mjs DIRECTORY FILE
//
// DIRECTORY is where aws-jwt-verify is installed. FILE is what the test `differential` of
// lambda-api-testing has written: a line of JSON for each verifier, then one for each token. Fails
// when lambda-api accepts what is refused here, but for what is listed below; and when it refuses what is accepted here, unless
// the case says why.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [directory, file] = process.argv.slice(2);
const entry = createRequire(join(resolve(directory), "_")).resolve("aws-jwt-verify");
const { JwtVerifier, CognitoJwtVerifier } = await import(pathToFileURL(entry));
const { SimpleJwksCache } = await import(
  pathToFileURL(createRequire(join(resolve(directory), "_")).resolve("aws-jwt-verify/jwk"))
);

// Keys are given to it, and nothing is fetched.
const offline = {
  fetch: async () => {
    throw new Error("nothing is fetched here");
  },
};

const verifiers = new Map();
const kinds = { jwt: JwtVerifier, cognito: CognitoJwtVerifier };
const counts = { both: 0, neither: 0, stricter: 0, unknown: 0 };
const faults = [];

async function verdict(verifier, token) {
  try {
    await verifier.verify(token);
    return null;
  } catch (error) {
    return error;
  }
}

for (const line of readFileSync(file, "utf8").split("\n")) {
  if (line === "") continue;
  const it = JSON.parse(line);
  if (it.settings) {
    const jwksCache = new SimpleJwksCache({ fetcher: offline });
    const verifier = kinds[it.kind].create(it.settings, { jwksCache });
    verifier.cacheJwks(it.jwks);
    verifiers.set(it.verifier, verifier);
    continue;
  }
  Date.now = () => it.now * 1000;
  const error = await verdict(verifiers.get(it.verifier), it.token);
  const theirs = error === null;
  const fault = (what) => faults.push(`${it.verifier}: ${it.name}: ${what}`);
  if (it.accepted && theirs) {
    counts.both += 1;
  } else if (!it.accepted && !theirs) {
    counts.neither += 1;
    if (it.stricter) fault(`listed as ${it.stricter}, but refused by both (${error.message})`);
  } else if (theirs) {
    counts.stricter += 1;
    if (!it.stricter) fault(`refused by lambda-api alone (${it.refusal}), and not listed`);
  } else {
    counts.unknown += 1;
    // The one thing it cannot know: PS256, PS384 and PS512 are not among its algorithms. And a `scope`
    // that is no string ends a token here, and there only the rules that ask for a scope.
    const unknown =
      it.unknownAlgorithm && error.constructor.name === "JwtInvalidSignatureAlgorithmError";
    const scope = it.scopeOfAnotherForm && /scope/i.test(error.message);
    if (!unknown && !scope) fault(`accepted by lambda-api alone (${error.message})`);
  }
}

const judged = counts.both + counts.neither + counts.stricter + counts.unknown;
console.log(
  `${judged} tokens: ${counts.both} accepted by both, ${counts.neither} refused by both, ` +
    `${counts.stricter} refused by lambda-api alone, for listed reasons, ` +
    `${counts.unknown} of algorithms that aws-jwt-verify does not know, or with a scope that is no string`,
);
for (const fault of faults) console.error(`FAULT ${fault}`);
if (faults.length > 0 || judged < 500) process.exit(1);
