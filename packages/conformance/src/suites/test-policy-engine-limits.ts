import type { JsonObject } from "@car/ir";
import type { Decision, PolicyEngine } from "@car/ir/ports";
import { assertEqual } from "../assert.js";
import type { PolicyQuestion } from "../policy/policy-request.js";
import type { TestRunner } from "../test-runner.js";
import { ask, effectOf, engineOf, idsOf, type PolicyFactory } from "./test-policy-engine-tools.js";

const TWICE: JsonObject = { type: "rate_limit_tool", id: "twice", tool: "tool", max_calls: 2, interval_ms: 100 };

/** PO-28 to PO-30: rate limits. An engine that keeps no counts says so in `supports.rateLimits`. */
export function testPolicyLimits(it: TestRunner["it"], create: PolicyFactory): void {
  const test = (name: string, rules: readonly JsonObject[], body: (engine: PolicyEngine) => Promise<void>): void =>
    it(name, async () => {
      const engine = await engineOf(create, rules);
      if (engine.supports.rateLimits) await body(engine);
    });

  testWindow(test);
  testSlots(test);
}

type Test = (name: string, rules: readonly JsonObject[], body: (engine: PolicyEngine) => Promise<void>) => void;

async function effects(engine: PolicyEngine, questions: readonly PolicyQuestion[]): Promise<Decision["effect"][]> {
  const found: Decision["effect"][] = [];
  for (const question of questions) found.push(await effectOf(engine, question));
  return found;
}

function testWindow(test: Test): void {
  test("[PO-28] [6.2] rate_limit_tool lets so many calls through in any interval", [TWICE], async (engine) => {
    const times = [0, 50, 99, 100, 101, 149, 150].map((now) => ({ now }));
    assertEqual(await effects(engine, times), ["allow", "allow", "deny", "allow", "deny", "deny", "allow"]);
  });

  test("[PO-28] [6.2] the tools of one pattern share a count", [{ ...TWICE, tool: "t*" }], async (engine) => {
    assertEqual(
      await effects(
        engine,
        ["ta", "tb", "tc", "other"].map((tool) => ({ tool })),
      ),
      ["allow", "allow", "deny", "allow"],
    );
  });

  test("[PO-30] each principal can have a count of its own", [{ ...TWICE, per_principal: true }], async (engine) => {
    const questions = ["a", "b", "a", "b", "a", "c"].map((principal) => ({ principal }));
    assertEqual(await effects(engine, questions), ["allow", "allow", "allow", "allow", "deny", "allow"]);
  });

  test("[PO-30] without that, principals share a count", [TWICE], async (engine) => {
    assertEqual(
      await effects(
        engine,
        ["a", "b", "c"].map((principal) => ({ principal })),
      ),
      ["allow", "allow", "deny"],
    );
  });
}

function testSlots(test: Test): void {
  const denyP = { type: "deny_tool_param", id: "no_p", tool: "tool", param: "p", present: true };
  const withP = { parameters: { p: 1 } };

  test("[PO-29] [6.2] a call that another rule denies takes no slot", [TWICE, denyP], async (engine) => {
    assertEqual(await effects(engine, [withP, withP, withP, {}, {}, {}]), [
      "deny",
      "deny",
      "deny",
      "allow",
      "allow",
      "deny",
    ]);
    assertEqual(idsOf(await ask(engine, withP)), ["no_p", "twice"]);
  });

  const once = { ...TWICE, id: "once", max_calls: 1 };
  test("[PO-29] [6.2] a call that one limit denies takes no slot of another", [TWICE, once], async (engine) => {
    assertEqual(await effects(engine, [{}, {}, {}]), ["allow", "deny", "deny"]);
    assertEqual(idsOf(await ask(engine, {})), ["once"]);
  });

  test("[PO-29] [4.1] looking again or looking ahead takes no slot", [TWICE], async (engine) => {
    assertEqual(await effects(engine, [{ mode: "verify" }, { mode: "verify" }, {}, {}]), [
      "allow",
      "allow",
      "allow",
      "allow",
    ]);
    assertEqual(await effects(engine, [{ mode: "recheck" }, {}, { mode: "verify" }]), ["allow", "deny", "deny"]);
  });

  const approval = { type: "require_approval", tool: "tool" };
  test("[PO-29] a call that waits for approval holds its slot", [TWICE, approval], async (engine) => {
    assertEqual(await effects(engine, [{}, {}, {}]), ["require_approval", "require_approval", "deny"]);
    assertEqual(await effects(engine, [{ mode: "recheck" }]), ["require_approval"]);
  });
}
