// The official Node SDK, unmodified, on the loopback interface: what the two scripts here have in common.

import http from "node:http";
import https from "node:https";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const LOOPBACK = "127.0.0.1";

/** Where `npm ci` put the packages: TCEXEC_NODE_MODULES, else build/conformance/node_modules. */
const modules = process.env.TCEXEC_NODE_MODULES ?? path.resolve(HERE, "../../build/conformance/node_modules");
const require = createRequire(path.join(modules, "from-here.js"));

/** Loads a package of the SDK from there. */
function load(name) {
  try {
    return require(name);
  } catch (error) {
    console.error(`cannot load ${name} from ${modules}: run "npm ci" there first (${error.code})`);
    process.exit(2);
  }
}

const CLIENTS = {
  mps: load("tencentcloud-sdk-nodejs-mps").mps.v20190612.Client,
  vod: load("tencentcloud-sdk-nodejs-vod").vod.v20180717.Client,
};

/** The services that the SDK has. */
export const SERVICES = Object.keys(CLIENTS);

/** A client for one call, set up as a user of the SDK would. */
export function client({ service, endpoint, protocol, agent, method, signMethod, credential, region, language }) {
  return new CLIENTS[service]({
    credential,
    region: region ?? undefined,
    profile: {
      signMethod,
      language: language ?? undefined,
      httpProfile: { endpoint, protocol, reqMethod: method, reqTimeout: 30, agent },
    },
  });
}

/** An agent that takes every name for the loopback interface and, with a port, every port for that one. */
export function loopbackAgent(protocol, port) {
  const Agent = protocol === "https://" ? https.Agent : http.Agent;
  const agent = new Agent({
    keepAlive: true,
    lookup: (name, options, done) =>
      options.all ? done(null, [{ address: LOOPBACK, family: 4 }]) : done(null, LOOPBACK, 4),
  });
  if (port !== undefined) {
    const connect = agent.createConnection;
    agent.createConnection = (options, done) => connect.call(agent, { ...options, port }, done);
  }
  return agent;
}

/** Parameters as JSON can carry them: {"uint64": "…"} is an integer, {"repeat": s, "times": n} a long text. */
export function parameters(described) {
  return Object.fromEntries(Object.entries(described).map(([name, value]) => [name, revive(value)]));
}

function revive(value) {
  if (value === null || typeof value !== "object") return value;
  if ("uint64" in value) return BigInt(value.uint64);
  if ("repeat" in value) return value.repeat.repeat(value.times);
  return value;
}

const RealDate = Date;

/** Makes `new Date()` and `Date.now()` read what `now()` gives, in milliseconds; null gives the real clock back. */
export function setClock(now) {
  if (now === null) {
    globalThis.Date = RealDate;
    return;
  }
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      if (given.length) super(...given);
      else super(now());
    }
    static now() {
      return now();
    }
  };
}
