import type { JsonObject } from "@car/ir";
import type { Decision, ValueSource } from "@car/ir/ports";
import { assertEqual } from "../assert.js";
import { type FlowFacts, policyFlow } from "../policy/policy-surroundings.js";
import type { TestRunner } from "../test-runner.js";
import { ask, effectOf, engineOf, idsOf, type PolicyFactory } from "./test-policy-engine-tools.js";

const SECRET = { labels: { body: ["confidential"], to: [] } } satisfies FlowFacts;

/** PO-60 to PO-68: rules over where the data of a call came from. */
export function testPolicyFlow(it: TestRunner["it"], create: PolicyFactory): void {
  testLabels(it, create);
  testTrustedOnly(it, create);
  testTrustedOnlyChoices(it, create);
  testSafeSide(it, create);
}

function testLabels(it: TestRunner["it"], create: PolicyFactory): void {
  it("[PO-60] [6.4] deny_flow denies what a label reaches: the parameter it names, or any of the tool", async () => {
    const flow = policyFlow(SECRET);
    const to = async (target: JsonObject | string, from: string | string[] = "confidential") =>
      effectOf(await engineOf(create, [{ type: "deny_flow", from, to: target }]), { tool: "send", flow });
    assertEqual(await to({ tool: "send", param: "body" }), "deny");
    assertEqual(await to({ tool: "send", param: "body.deep.down" }), "deny");
    assertEqual(await to({ tool: "send", param: "to" }), "allow");
    assertEqual(await to("send"), "deny");
    assertEqual(await to("se*"), "deny");
    assertEqual(await to("read"), "allow");
    assertEqual(await to("send", "untrusted"), "allow");
    assertEqual(await to("send", ["untrusted", "confidential"]), "deny");
  });

  it("[PO-61] [6.4] require_approval_for_flow asks where deny_flow denies", async () => {
    const rule = { type: "require_approval_for_flow", id: "ask", from: "confidential", to: ["read", "send"] };
    const engine = await engineOf(create, [rule]);
    const decision = await ask(engine, { tool: "send", flow: policyFlow(SECRET) });
    assertEqual([decision.effect, idsOf(decision)], ["require_approval", ["ask"]]);
    assertEqual(await effectOf(engine, { tool: "send", flow: policyFlow({}) }), "allow");
  });

  it("[PO-62] [6.4] sinks are the tools that the host declares as such", async () => {
    const engine = await engineOf(create, [{ type: "deny_flow", from: "confidential", to: "sinks" }]);
    const flow = policyFlow(SECRET);
    assertEqual(await effectOf(engine, { tool: "send", flow, schema: { sink: true } }), "deny");
    assertEqual(await effectOf(engine, { tool: "send", flow, schema: {} }), "allow");
    assertEqual(await effectOf(engine, { tool: "send", flow: policyFlow({}), schema: { sink: true } }), "allow");
  });

  it("[PO-64] [6.4] endorse names the labels that a tool takes off, and decides nothing", async () => {
    const engine = await engineOf(create, [
      { type: "endorse", tool: "clean_*", removes: "untrusted" },
      { type: "endorse", tool: "clean_html", removes: ["raw", "untrusted"] },
    ]);
    assertEqual([...(engine.endorses?.("clean_html") ?? [])].sort(), ["raw", "untrusted"]);
    assertEqual(engine.endorses?.("clean_text"), ["untrusted"]);
    assertEqual(engine.endorses?.("read"), []);
    assertEqual(await effectOf(engine, { tool: "clean_html", flow: policyFlow(SECRET) }), "allow");
  });
}

function trusting(create: PolicyFactory, more: JsonObject = {}) {
  return async (parameters: JsonObject, flow: FlowFacts): Promise<Decision["effect"]> => {
    const engine = await engineOf(create, [{ type: "trusted_only", tool: "send", param: "to", ...more }]);
    return effectOf(engine, { tool: "send", parameters, flow: policyFlow(flow) });
  };
}

function seenIn(source: ValueSource): FlowFacts {
  return { seen: { '"ann"': source } };
}

function testTrustedOnly(it: TestRunner["it"], create: PolicyFactory): void {
  it("[PO-63] [6.4] trusted_only lets a value through that the user said or trusted data holds", async () => {
    const effect = trusting(create);
    const sources: readonly (readonly [ValueSource, Decision["effect"]])[] = [
      ["nothing", "allow"],
      ["request", "allow"],
      ["trusted", "allow"],
      ["designated", "deny"],
      ["unknown", "deny"],
      ["labelled", "deny"],
    ];
    for (const [source, expected] of sources)
      assertEqual(await effect({ to: "ann" }, seenIn(source)), expected, source);
  });

  it("[PO-63] [6.4] trusted_only looks at its parameter alone, and a missing one has no origin to be wrong", async () => {
    const effect = trusting(create);
    assertEqual(await effect({}, {}), "allow");
    assertEqual(await effect({ to: "ann", body: "from anywhere" }, seenIn("request")), "allow");
  });

  it("[PO-63] [6.4] trusted_only follows a path, through lists too: every branch must be trusted", async () => {
    const effect = trusting(create, { param: "to.name" });
    assertEqual(await effect({ to: { name: "ann" } }, seenIn("request")), "allow");
    assertEqual(await effect({ to: [{ name: "ann" }, { name: "eve" }] }, seenIn("request")), "deny");
  });
}

function testTrustedOnlyChoices(it: TestRunner["it"], create: PolicyFactory): void {
  it("[PO-63] accept says where a value may come from, unknown lets the rest through that stands in no labelled data", async () => {
    const designated = trusting(create, { accept: ["request", "designated"] });
    assertEqual(await designated({ to: "ann" }, seenIn("designated")), "allow");
    assertEqual(await designated({ to: "ann" }, seenIn("trusted")), "deny");
    const unknown = trusting(create, { unknown: "allow" });
    assertEqual(await unknown({ to: "ann" }, seenIn("unknown")), "allow");
    assertEqual(await unknown({ to: "ann" }, seenIn("labelled")), "deny");
  });

  it("[PO-63] after waits until the model has been shown such a label, or the call itself carries it", async () => {
    const effect = trusting(create, { after: ["untrusted", "web"] });
    assertEqual(await effect({ to: "ann" }, {}), "allow");
    assertEqual(await effect({ to: "ann" }, { context: ["other"] }), "allow");
    assertEqual(await effect({ to: "ann" }, { context: ["web"] }), "deny");
    assertEqual(await effect({ to: "ann" }, { labels: { body: ["untrusted"] } }), "deny");
  });

  it("[PO-63] effect may be a request for approval", async () => {
    const effect = trusting(create, { effect: "require_approval" });
    assertEqual(await effect({ to: "ann" }, seenIn("labelled")), "require_approval");
  });
}

function testSafeSide(it: TestRunner["it"], create: PolicyFactory): void {
  const rules: readonly JsonObject[] = [
    { type: "deny_flow", from: "x", to: "send" },
    { type: "trusted_only", tool: "send", param: "to" },
    { type: "max_calls", tool: "send", max: 9 },
    { type: "must_precede", first: "read", then: "send" },
    { type: "never_together", tools: ["read", "send"] },
    { type: "never_after", first: "read", then: "send" },
    { type: "separation_of_duties", tools: ["read", "send"], param: "id" },
  ];

  it("[PO-66] [6.4] a call whose flow or history nobody follows is denied, not taken for one without any", async () => {
    for (const rule of rules) {
      const engine = await engineOf(create, [rule]);
      assertEqual(await effectOf(engine, { tool: "send", parameters: { to: "ann" } }), "deny", JSON.stringify(rule));
      assertEqual(await effectOf(engine, { tool: "other" }), "allow", JSON.stringify(rule));
    }
  });

  it("[PO-66] in verify, where a plan says more, they have no opinion", async () => {
    for (const rule of rules) {
      const engine = await engineOf(create, [rule]);
      const question = { tool: "send", parameters: { to: "ann" }, mode: "verify" } as const;
      assertEqual(await effectOf(engine, question), "allow", JSON.stringify(rule));
    }
  });

  it("[PO-68] an engine asks for flow and history only if a rule looks at them, and names the tools of its rules", async () => {
    const plain = await engineOf(create, [{ type: "deny_tool", tool: "shell" }]);
    assertEqual([plain.supports.flow ?? false, plain.supports.history ?? false], [false, false]);
    const both = await engineOf(create, rules);
    assertEqual([both.supports.flow, both.supports.history], [true, true]);
    assertEqual([...(both.tools ?? [])].sort(), ["read", "send"]);
  });
}
