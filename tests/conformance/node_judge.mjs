#!/usr/bin/env node
// Is the local endpoint a fair judge? The official Node SDK, unmodified, calls it every way it can.
//
//   NODE_EXTRA_CA_CERTS=ca.pem node node_judge.mjs OPTIONAL URL…
//
// OPTIONAL: JSON, the optional parameters of each service: { vod: { SubAppId: "int", ExtInfo: "str", … }, … }.
// URL: http://127.0.0.1:PORT or https://127.0.0.1:PORT of a running endpoint that was started without faults, with
// the key pair in TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY (and TENCENTCLOUD_TOKEN if it has one). Its
// certificate must be good for mps.tencentcloudapi.com and vod.tencentcloudapi.com. The packages are looked for in
// build/conformance/node_modules, or in TCEXEC_NODE_MODULES. Prints each verdict; exit 1 on any mismatch.

import { randomUUID } from "node:crypto";
import { SERVICES, client, loopbackAgent, setClock } from "./sdk.mjs";

const CREDENTIAL = {
  secretId: process.env.TENCENTCLOUD_SECRET_ID,
  secretKey: process.env.TENCENTCLOUD_SECRET_KEY,
  token: process.env.TENCENTCLOUD_TOKEN,
};
const METHODS = ["POST", "GET"];
const SIGN_METHODS = ["TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256"];
const TEXTS = {
  plain: "XXX",
  empty: "",
  json: '{"a":[1,2.5,null,"\\u00e9\\"\\\\"],"b":{}}',
  reserved: "-_.~ !*'() ;:@&=+$,/?%#[] <>\"\\^`{|}",
  controls: "\u0001\b\t\n\f\r\u001f\u007f",
  unicode: "视频处理 é \u2028 \ufeff 🎬",
  long: "0123456789abcdef".repeat(512),
};

let passed = 0;
let failed = 0;

/** Makes one call; its verdict is the Result, in quotes, or the error code. */
async function verdict(how, params) {
  try {
    const response = await client(how).ExecuteFunction(params);
    return JSON.stringify(response.Result);
  } catch (error) {
    return error.code || `no answer: ${error.message}`;
  }
}

async function expect(name, how, params, expected) {
  const actual = await verdict(how, params);
  const shown = actual.length > 60 ? `${actual.slice(0, 57)}...` : actual;
  if (actual === expected) {
    passed += 1;
    console.log(`ok   ${name}: ${shown}`);
  } else {
    failed += 1;
    console.log(`FAIL ${name}: ${shown} (not ${expected})`);
  }
}

async function state(url) {
  const response = await fetch(new URL("/_control/state", url));
  return response.json();
}

/** All calls of one service over one connection kind with one signature. Gives the number that must have run. */
async function judge(label, how) {
  let executed = 0;
  const runs = async (name, call, params, result) => {
    executed += 1;
    await expect(`${label} ${name}`, call, params, JSON.stringify(result));
  };
  const refused = (name, call, params, code) => expect(`${label} ${name}`, call, params, code);
  const example = { FunctionName: "ExampleFunc", FunctionArg: "XXX" };

  await runs("ExampleFunc", how, example, "XXX");
  for (const [name, text] of Object.entries(TEXTS)) {
    await runs(`Echo ${name}`, how, { FunctionName: "Echo", FunctionArg: text }, text);
  }
  await runs("members swapped", how, { FunctionArg: "a", FunctionName: "Echo" }, "a");
  await runs("region and language", { ...how, region: "ap-guangzhou", language: "en-US" }, example, "XXX");

  await refused("unknown function", how, { ...example, FunctionName: "None" }, "InvalidParameterValue.FunctionName");
  await refused("no FunctionArg", how, { FunctionName: "Echo" }, "MissingParameter");
  await refused("unknown parameter", how, { ...example, Nonsense: "1" }, "UnknownParameter");
  const wrong = (changed) => ({ ...how, credential: { ...CREDENTIAL, ...changed } });
  await refused("wrong key", wrong({ secretKey: "wrong" }), example, "AuthFailure.SignatureFailure");
  await refused("wrong id", wrong({ secretId: "AKIDnobody" }), example, "AuthFailure.SecretIdNotFound");
  await refused("wrong token", wrong({ token: "wrong" }), example, "AuthFailure.TokenFailure");

  const own = { SessionContext: "片".repeat(1000), SessionId: randomUUID() };
  const value = (name, type) => own[name] ?? (type === "int" ? 18446744073709551615n : "{}");
  const valuesOf = (service) =>
    Object.fromEntries(Object.entries(OPTIONAL[service]).map(([name, type]) => [name, value(name, type)]));
  const fields = valuesOf(how.service);
  await runs("all fields", how, { ...example, ...fields }, "XXX");
  if ("SessionId" in fields) {
    await refused("same SessionId", how, { ...example, ...fields }, "InvalidParameterValue.SessionId");
    await runs("empty SessionId", how, { ...example, SessionId: "" }, "XXX");
    await runs("empty SessionId again", how, { ...example, SessionId: "" }, "XXX");
    const long = { ...fields, SessionContext: "片".repeat(1001) };
    await refused("long SessionContext", how, { ...example, ...long }, "InvalidParameterValue.SessionContextTooLong");
    const session = { SessionId: "s".repeat(51) };
    await refused("long SessionId", how, { ...example, ...session }, "InvalidParameterValue.SessionIdTooLong");
  }
  for (const other of SERVICES) {
    for (const [name, text] of Object.entries(valuesOf(other))) {
      if (name in fields) continue;
      await refused(`${other}'s ${name}`, how, { ...example, [name]: text }, "UnknownParameter");
    }
  }
  return executed;
}

async function judgeEndpoint(url) {
  const { protocol, port } = new URL(url);
  const connection = { protocol: `${protocol}//`, agent: loopbackAgent(`${protocol}//`) };
  const before = await state(url);
  const started = process.hrtime.bigint();
  const serverClock = () => before.now * 1000 + Number((process.hrtime.bigint() - started) / 1000000n);
  let executed = 0;

  for (const service of SERVICES) {
    for (const signMethod of SIGN_METHODS) {
      for (const method of METHODS) {
        const endpoint = `${service}.tencentcloudapi.com:${port}`;
        const how = { ...connection, service, endpoint, method, signMethod, credential: CREDENTIAL };
        const label = `${protocol.slice(0, -1)} ${service} ${signMethod} ${method}`;
        setClock(serverClock);
        executed += await judge(label, how);
        for (const [name, seconds] of [["slow", -301], ["fast", 360]]) {
          setClock(() => serverClock() + seconds * 1000);
          await expect(`${label} clock too ${name}`, how, { FunctionName: "Echo", FunctionArg: "" },
            "AuthFailure.SignatureExpire");
        }
        setClock(null);
      }
    }
  }

  const after = await state(url);
  const counted = after.executions.total - before.executions.total;
  if (counted !== executed) failed += 1;
  console.log(`${counted === executed ? "ok  " : "FAIL"} ${url} executed ${counted}, expected ${executed}`);
  connection.agent.destroy();
}

const [optional, ...urls] = process.argv.slice(2);
if (!urls.length || !CREDENTIAL.secretId || !CREDENTIAL.secretKey) {
  console.error("usage: TENCENTCLOUD_SECRET_ID=… TENCENTCLOUD_SECRET_KEY=… node node_judge.mjs OPTIONAL URL…");
  process.exit(2);
}
const OPTIONAL = JSON.parse(optional);
for (const url of urls) await judgeEndpoint(url);
console.log(`node_judge: ${passed} verdicts as expected, ${failed} not`);
process.exitCode = failed ? 1 : 0;
