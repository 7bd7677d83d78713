import { Action, type JsonObject } from "@car/ir";
import type { PolicyEngine, PolicyRequest, PolicyStateView } from "@car/ir/ports";
import { parsePolicyDocument } from "./src/document/index.js";
import * as policy from "./src/index.js";

/** Prints what decisions cost; `npm run measure`. Processor time of this process, best of several rounds. */
const ROUNDS = 9;

const STATE: PolicyStateView = { get: () => true };

function requestFor(tool: string, parameters: JsonObject): PolicyRequest {
  const action = Action.parse({ id: "a1", type: "tool_call", tool, parameters });
  return { action, parameters, principal: "p", run_id: "r", proposal_id: "p", attempt: 1, now: 0, mode: "decide" };
}

function cpuMs(body: () => void): number {
  const begin = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1_000;
}

function show(what: string, figure: number, unit: string): void {
  console.log(`${what.padEnd(56)} ${figure.toFixed(figure < 10 ? 2 : 0).padStart(8)} ${unit}`);
}

function decision(what: string, engine: PolicyEngine, request: PolicyRequest): void {
  const count = 500_000;
  // A clock that goes on, so that rate limits never fill up.
  const asked = { ...request, now: 0 };
  const round = (): number =>
    cpuMs(() => {
      for (let index = 0; index < count; index++) {
        asked.now += 1;
        void engine.check(asked, STATE);
      }
    });
  const best = Math.min(...Array.from({ length: ROUNDS }, round));
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < 50_000; index++) void engine.check(asked, STATE);
  const bytes = Math.max(0, process.memoryUsage().heapUsed - before) / 50_000;
  show(what, (best * 1e6) / count, `ns, ${bytes.toFixed(1)} bytes`);
}

const HTTP = requestFor("http", {
  url: "https://example.com/",
  headers: { host: "example.com" },
  method: "GET",
  size: 5,
});
const CONTAINS = policy.denyToolParam({ tool: "http", param: "url", contains: "169.254." });
const TEN = [
  CONTAINS,
  policy.denyToolParam({ tool: "http", param: "url", matches: "^ftp:" }),
  policy.denyToolParam({ tool: "http", param: "headers.host", equals: "evil.test" }),
  policy.allowToolParam({ tool: "http", param: "url", startsWith: "https://" }),
  policy.requireState({ key: "ready", value: true }),
  policy.denyKeyword("password"),
  policy.denyToolParam({ tool: "http", param: "size", gt: 100 }),
  policy.denyToolParam({ tool: "h*", param: "method", equals: "DELETE" }),
  policy.denyToolParam({ tool: "*", param: "url", contains: "localhost" }),
  policy.rateLimitTool({ tool: "http", maxCalls: 100_000, intervalMs: 1 }),
];
const THOUSAND = Array.from({ length: 1_000 }, (_, index) => ({ ...CONTAINS, tool: `tool_${index}` }));

const TEXTS = ["https://example.com/", "https://example.org/"];
const SEARCHED = new Map(TEXTS.map((found, index) => [index, found]));
let _hits = 0;
const bare = (): number =>
  cpuMs(() => {
    for (let index = 0; index < 500_000; index++) if (SEARCHED.get(index & 1)?.includes("169.254.") === true) _hits++;
  });
show(
  `a look-up in a Map and one \`includes\`, for scale`,
  (Math.min(...Array.from({ length: ROUNDS }, bare)) * 1e6) / 500_000,
  "ns",
);
decision("no rule for the tool", policy.rulePolicy([policy.denyTool("shell")]), HTTP);
decision("one rule that does not match", policy.rulePolicy([CONTAINS]), HTTP);
decision("one of 1,000 rules over 1,000 tools", policy.rulePolicy(THOUSAND), requestFor("tool_500", HTTP.parameters));
decision("one rule that denies", policy.rulePolicy([policy.denyTool("http")]), HTTP);
decision("ten rules of nine types", policy.rulePolicy(TEN), HTTP);

const YAML = THOUSAND.map(({ tool }) => `- {type: deny_tool_param, tool: ${tool}, param: url, matches: "^ftp:"}`);
const text = `version: 1\nrules:\n${YAML.join("\n")}`;
show(
  "YAML file of 1,000 rules with patterns",
  cpuMs(() => parsePolicyDocument(text, { format: "yaml" })),
  "ms",
);
const document = parsePolicyDocument(text, { format: "yaml" });
show(
  "engine of 1,000 rules with patterns",
  cpuMs(() => policy.rulePolicy(document)),
  "ms",
);

/** A search that goes on to the end of the text. */
function search(what: string, rule: policy.PolicyRule, parameter: string): void {
  const engine = policy.rulePolicy([rule]);
  const request = requestFor("http", { url: parameter });
  show(what, Math.min(...[1, 2, 3].map(() => cpuMs(() => void engine.check(request, STATE)))), "ms");
}

const MEGABYTE = "lorem ipsum ".repeat(87_382);
search("keyword in 8 MB", policy.denyKeyword("password"), MEGABYTE.repeat(8));
const ORDINARY = "(?i)passw(or)?d\\s*[=:]";
search("ordinary pattern in 1 MB", policy.denyToolParam({ tool: "http", param: "url", matches: ORDINARY }), MEGABYTE);
// No period, so that every position is a new state for a lazy automaton.
let bits = 1;
const MIXED = Array.from({ length: 36_000 }, () => {
  bits = (Math.imul(bits, 1_103_515_245) + 12_345) >>> 0;
  return bits > 2 ** 31 ? "x" : "y";
}).join("");
const HARD = "[xy]*x[xy]{900}$";
search("worst pattern at its bound, 36 kB", policy.denyToolParam({ tool: "http", param: "url", matches: HARD }), MIXED);
const LETTERS = `${"a".repeat(499)}b${"a".repeat(500)}`;
const AS = "a".repeat(2 ** 20);
search("worst text at its bound, 1 MB", policy.denyToolParam({ tool: "http", param: "url", contains: LETTERS }), AS);
