import { testPolicyEngine, testPolicyEngineBasics } from "@car/conformance";
import { describe, it } from "vitest";
import { allowToolParam, definePolicy, deny, denyKeyword, requireState, rulePolicy } from "./index.js";
import { parsePolicyDocument } from "./document/parse-policy-document.js";

testPolicyEngine(
  { describe, it },
  (document) => rulePolicy(parsePolicyDocument(JSON.stringify(document), { format: "json" })),
  { now: () => process.cpuUsage().user / 1_000 },
);

testPolicyEngineBasics({ describe, it }, () =>
  rulePolicy([
    denyKeyword("secret"),
    requireState({ key: "k0", value: 1, tools: ["send"] }),
    allowToolParam({ tool: "read*", param: "a", contains: "a", optional: true }),
    definePolicy("late", async ({ action }) => (action.type === "assertion" ? deny("late", "no") : undefined)),
  ]),
);
