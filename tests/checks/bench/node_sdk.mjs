// The official Node SDK, timed: what it takes to sign, and to call over one kept connection.
//
//   node node_sdk.mjs sign N           prints ns of wall time for one signature
//   node node_sdk.mjs call PORT N      prints ns of CPU time for one call, without the first (0 with N = 1)
//
// Roots: NODE_EXTRA_CA_CERTS. Packages: TCEXEC_NODE_MODULES, as in tests/conformance/sdk.mjs.

import { createRequire } from "node:module";
import path from "node:path";
import { client, loopbackAgent } from "../../conformance/sdk.mjs";

const credential = {
  secretId: "AKIDEXAMPLE000000000000000000000000001",
  secretKey: "SKEXAMPLE0000000000000000000000002",
};
const [what, ...numbers] = process.argv.slice(2);

function sign(n) {
  const require = createRequire(path.join(process.env.TCEXEC_NODE_MODULES, "from-here.js"));
  const Sign = require("tencentcloud-sdk-nodejs-common/tencentcloud/common/sign.js").default;
  const payload = { FunctionName: "ExampleFunc", FunctionArg: "x".repeat(153) }; // 200 bytes of JSON
  const request = {
    url: "https://mps.tencentcloudapi.com/", payload, timestamp: 1767225600, service: "mps", ...credential,
    headers: { "Content-Type": "application/json" },
  };
  const many = (count) => {
    const began = process.hrtime.bigint();
    for (let i = 0; i < count; i++) Sign.sign3(request);
    return Number(process.hrtime.bigint() - began) / count;
  };
  many(n); // until it is compiled
  return many(n);
}

async function call(port, n) {
  const agent = loopbackAgent("https://", port);
  const sdk = client({
    service: "mps", endpoint: "mps.tencentcloudapi.com", protocol: "https://", agent, credential,
    method: "POST", signMethod: "TC3-HMAC-SHA256",
  });
  let began;
  for (let i = 0; i < n; i++) {
    const answer = await sdk.ExecuteFunction({ FunctionName: "ExampleFunc", FunctionArg: "XXX" });
    if (answer.Result !== "XXX") throw new Error(JSON.stringify(answer));
    if (i === 0) began = process.cpuUsage();
  }
  const { user, system } = process.cpuUsage(began);
  agent.destroy();
  return n > 1 ? ((user + system) * 1000) / (n - 1) : 0;
}

console.log(Math.round(what === "sign" ? sign(Number(numbers[0])) : await call(...numbers.map(Number))));
