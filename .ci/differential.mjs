// Compares the verdicts of lambda-api on tokens with those of aws-jwt-verify.
//
// usage: node differential.mjs DIRECTORY FILE
//
// DIRECTORY is where aws-jwt-verify is installed. FILE was written by the test `differential`: a line of
// JSON for each verifier, then one for each token. Fails if lambda-api accepts a token that
// aws-jwt-verify rejects, except for the cases below, or if it rejects an accepted one without a reason in
// the case.

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

// Keys are passed in.
const offline = {
  fetch: async () => {
    throw new Error("nothing is fetched here");
  },
};

const verifiers = new Map();
const kinds = { jwt: JwtVerifier, cognito: CognitoJwtVerifier };
const counts = { both: 0, neither: 0, stricter: 0, unknown: 0 };
const violations = [];

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
  const violation = (what) => violations.push(`${it.verifier}: ${it.name}: ${what}`);
  if (it.accepted && theirs) {
    counts.both += 1;
  } else if (!it.accepted && !theirs) {
    counts.neither += 1;
    if (it.stricter) violation(`listed as ${it.stricter}, but rejected by both (${error.message})`);
  } else if (theirs) {
    counts.stricter += 1;
    if (!it.stricter) violation(`rejected by lambda-api alone (${it.rejection}), and not listed`);
  } else {
    counts.unknown += 1;
    // aws-jwt-verify does not implement PS256, PS384 and PS512. And it rejects a token whose `scope` is
    // not a string, where lambda-api only fails the rules that need a scope.
    const unknown =
      it.unknownAlgorithm && error.constructor.name === "JwtInvalidSignatureAlgorithmError";
    const scope = it.scopeOfAnotherForm && /scope/i.test(error.message);
    if (!unknown && !scope) violation(`accepted by lambda-api alone (${error.message})`);
  }
}

const judged = counts.both + counts.neither + counts.stricter + counts.unknown;
console.log(
  `${judged} tokens: ${counts.both} accepted by both, ${counts.neither} rejected by both, ` +
    `${counts.stricter} rejected by lambda-api alone, for listed reasons, ` +
    `${counts.unknown} with algorithms that aws-jwt-verify does not implement, or a scope that is not a string`,
);
for (const each of violations) console.error(`ERROR ${each}`);
if (violations.length > 0 || judged < 500) process.exit(1);
