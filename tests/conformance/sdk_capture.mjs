#!/usr/bin/env node
// What the official Node SDK puts on the wire, byte for byte.
//
//   node sdk_capture.mjs < calls.json > captures.json
//
// Standard input: a JSON array of calls
//   { service: "mps"|"vod", method: "POST"|"GET", sign_method: "TC3-HMAC-SHA256"|"HmacSHA1"|"HmacSHA256",
//     secret_id, secret_key, token, region, language, endpoint, timestamp, nonce, params: { FunctionName: …, … } }
// token, region, language may be null or absent; endpoint defaults to <service>.tencentcloudapi.com; nonce (signature
// v1) to a random one, as the SDK draws it from 0 … 65535. Members of params keep their order; integers beyond 2^53
// are {"uint64": "…"}, long texts may be {"repeat": s, "times": n}. The packages are looked for in
// build/conformance/node_modules, or in TCEXEC_NODE_MODULES.
//
// Standard output: a JSON array, one object per call: { method, path, headers, header_order, body, authorization }
// or { error } where the SDK itself refused the call.
//
// `sdk_capture.mjs --check VECTORS.json` compares with captures taken before, and fails on any difference.

import { readFileSync } from "node:fs";
import http from "node:http";
import { client, loopbackAgent, parameters, setClock } from "./sdk.mjs";

const ANSWER = JSON.stringify({ Response: { Result: "", RequestId: "0" } });

let captured;
const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const names = request.rawHeaders.filter((_, at) => at % 2 === 0);
    const values = request.rawHeaders.filter((_, at) => at % 2 === 1);
    const headers = Object.fromEntries(names.map((name, at) => [name, values[at]]));
    captured = {
      method: request.method,
      path: request.url,
      headers,
      header_order: names,
      body: Buffer.concat(parts).toString("utf8"),
      authorization: headers.Authorization ?? null,
    };
    response.setHeader("Content-Type", "application/json");
    response.end(ANSWER);
  });
});

async function capture(call, agent) {
  const random = Math.random;
  captured = undefined;
  setClock(() => call.timestamp * 1000);
  if (call.nonce !== undefined && call.nonce !== null) Math.random = () => call.nonce / 65535;
  try {
    const sdk = client({
      service: call.service,
      endpoint: call.endpoint ?? `${call.service}.tencentcloudapi.com`,
      protocol: "http://",
      agent,
      method: call.method ?? "POST",
      signMethod: call.sign_method ?? "TC3-HMAC-SHA256",
      credential: { secretId: call.secret_id, secretKey: call.secret_key, token: call.token ?? undefined },
      region: call.region,
      language: call.language,
    });
    await sdk.ExecuteFunction(parameters(call.params ?? {}));
    return captured;
  } catch (error) {
    return { error: error.message };
  } finally {
    Math.random = random;
    setClock(null);
  }
}

/** The call behind a stored vector. */
function callOf(vector) {
  const { service, method, sign_method, timestamp, nonce, inputs } = vector;
  const { secret_id, secret_key, token, region, language, endpoint, params } = inputs;
  return {
    service, method, sign_method, timestamp, nonce,
    secret_id, secret_key, token, region, language, endpoint, params,
  };
}

function compare(vectors, captures) {
  let wrong = 0;
  vectors.forEach((vector, at) => {
    for (const part of ["method", "path", "body", "authorization"]) {
      if (captures[at][part] !== vector.expected[part]) {
        wrong += 1;
        console.error(`${vector.name}: ${part} differs: ${captures[at].error ?? captures[at][part]}`);
      }
    }
  });
  console.log(`sdk_capture: ${vectors.length} vectors, ${wrong} differences`);
  return wrong === 0;
}

const check = process.argv[2] === "--check";
const input = JSON.parse(readFileSync(check ? process.argv[3] : 0, "utf8"));

await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const agent = loopbackAgent("http://", server.address().port);
const captures = [];
for (const call of check ? input.map(callOf) : input) captures.push(await capture(call, agent));
agent.destroy();
server.close();

if (!check) process.stdout.write(JSON.stringify(captures, null, 1) + "\n");
else process.exitCode = compare(input, captures) ? 0 : 1;
