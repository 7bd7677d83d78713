import { ALLOW, type Decision, type PolicyEngine } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { errandSlot } from "../run/board.js";
import { type Slot } from "../run/slot.js";
import { call, tool } from "../testing/fixtures.js";
import { type HandMade, handMadeRun } from "../testing/hand-made-run.js";
import { type GateVerdict, PROCEED } from "./gate.js";
import { type OccasionName, passGates } from "./pass-gates.js";

const DENIAL: Decision = { effect: "deny", reasons: [{ policy_id: "p", message: "no" }] };
const tools = [
  tool("use", () => 1),
  tool("rare", () => 1, { rate_limit: { max_calls: 1, interval_secs: 1 } }),
  tool("kept", () => 1, { cache_ttl_secs: 60 }),
];

function wish(...ids: readonly string[]): Decision {
  return { effect: "require_approval", reasons: ids.map((policy_id) => ({ policy_id, message: policy_id })) };
}

function policyOf(check: () => unknown): PolicyEngine {
  return { version: "1", supports: { rateLimits: false }, check: check as PolicyEngine["check"] };
}

/** A call at the gates, and what came of it so far. */
function passing(name: string, made: Partial<HandMade> = {}, more: object = {}) {
  const run = handMadeRun({ tools, actions: [call("a", name, more)], ...made });
  const verdicts: (GateVerdict | undefined)[] = [];
  const pass = (slot: Slot, occasion: OccasionName = "first") => {
    const verdict = passGates(run.run, slot, occasion, (_run, _slot, late) => verdicts.push(late));
    if (verdict !== undefined) verdicts.push(verdict);
  };
  /** The call that undoes the action. */
  const undo = (isByModel: boolean): Slot => {
    const { action, tool: known } = run.slot("a");
    return errandSlot(0, action, known, {
      kind: "compensation" as const,
      isByModel,
      started: () => undefined,
      ended: () => undefined,
    });
  };
  return { ...run, a: run.slot("a"), verdicts, pass, undo };
}

describe("the gates", () => {
  it("[EN-126] [5.9] one that throws refuses the action, and is named", () => {
    const { run, a, verdicts, pass } = passing("use");
    Object.assign(run.plan.flags, [0]);
    Object.assign(a.tool!, {
      parameters: {
        check: () => {
          throw new Error("broken");
        },
      },
    });
    pass(a);
    expect(verdicts).toMatchObject([{ status: "rejected", reason: { message: "the gate `validate` failed: broken" } }]);
  });

  it("[4.1] come in order: permission before any stored answer", () => {
    let isClosed = false;
    const { a, verdicts, pass } = passing("kept", { policy: policyOf(() => (isClosed ? DENIAL : ALLOW)) });
    pass(a);
    a.notes?.reuse?.onEnd?.forEach((tell) => tell({ status: "succeeded", output: 7 }));
    pass(a);
    isClosed = true;
    pass(a);
    expect(verdicts).toMatchObject([PROCEED, { status: "succeeded" }, { reason: { code: "policy_denied" } }]);
  });

  it.each<[string, unknown, object]>([
    ["denies", DENIAL, { code: "policy_denied" }],
    ["wants an approval", wish("night"), { code: "approval_denied" }],
  ])("[EN-120] [4.1] ask for permission again after a wait: a policy that then %s", async (_what, then, reason) => {
    const answers: unknown[] = [ALLOW, then];
    const policy = policyOf(() => answers.shift());
    const { run, a, verdicts, pass, clock } = passing("rare", { policy, approver: () => false });
    a.tool!.bucket!.take();
    pass(a);
    expect([verdicts, a.hold === undefined]).toEqual([[], false]);
    await clock.advanceAsync(1_000);
    expect(verdicts).toMatchObject([{ status: "rejected", reason }]);
    expect(run.board.inFlight).toBe(0);
  });

  it("[EN-120] [4.1] refuse what has to be asked for again each time it was waited for", async () => {
    let asked = 0;
    const policy = policyOf(() => wish(`reason ${asked}`));
    const { a, verdicts, pass, clock } = passing("use", { policy, approver: () => (asked++, true) });
    pass(a);
    await clock.advanceAsync(0);
    expect(verdicts).toMatchObject([{ status: "rejected", reason: { code: "approval_required" } }]);
    expect(asked).toBe(8);
  });

  it("[EN-120] [4.1] ask once more after an approval, and are content with the same reasons", async () => {
    let asked = 0;
    const { a, verdicts, pass, clock } = passing("use", {
      policy: policyOf(() => wish("large")),
      approver: () => (asked++, true),
    });
    pass(a);
    await clock.advanceAsync(0);
    expect([verdicts, asked]).toEqual([[PROCEED], 1]);
  });

  it("[2.2] are told of a revocation while they wait", async () => {
    const { a, verdicts, pass, clock } = passing("rare");
    a.tool!.bucket!.take();
    pass(a);
    a.tool!.revoked = true;
    await clock.advanceAsync(1_000);
    expect(verdicts).toMatchObject([{ status: "rejected", reason: { code: "revoked" } }]);
  });

  it("[5.9] say nothing about an action that has ended meanwhile", async () => {
    const { board, a, verdicts, pass, clock, end } = passing("rare");
    a.tool!.bucket!.take();
    pass(a);
    end("a", { status: "skipped", reason: { code: "canceled", message: "no" } });
    await clock.advanceAsync(10_000);
    expect([verdicts, board.inFlight, clock.pending()]).toEqual([[], 0, 0]);
  });

  it("[EN-124] [5.2] the host's compensation is held to revocation, its schema and the rate limit, and to nothing else", async () => {
    const strict = {
      policy: policyOf(() => DENIAL),
      capabilities: { allowed_tools: [] },
      budget: { max_tool_calls: 0 },
    };
    const { a, verdicts, pass, undo, clock } = passing("rare", strict);
    pass(undo(false), "hostCall");
    pass(undo(false), "hostCall");
    expect(verdicts).toEqual([PROCEED]);
    await clock.advanceAsync(1_000);
    a.tool!.revoked = true;
    pass(undo(false), "hostCall");
    expect(verdicts).toMatchObject([PROCEED, PROCEED, { reason: { code: "revoked" } }]);
  });

  it.each<[string, Partial<HandMade>, string]>([
    ["the policy", { policy: policyOf(() => DENIAL) }, "policy_denied"],
    ["an approval", { policy: policyOf(() => wish("large")) }, "approval_required"],
    ["the capability set", { capabilities: { allowed_tools: [] } }, "capability_denied"],
    ["the budget", { budget: { max_tool_calls: 0 } }, "budget_exceeded"],
  ])("[EN-124] [5.2] a model's compensation passes all of them: %s", (_what, made, code) => {
    const { verdicts, pass, undo } = passing("use", made);
    pass(undo(true), "modelUndo");
    expect(verdicts).toMatchObject([{ reason: { code } }]);
  });

  it("[EN-124] [5.2] no compensation is answered from a receipt or a cache", () => {
    for (const name of ["kept", "use"]) {
      const { a, verdicts, pass, undo } = passing(name, {}, { idempotent: true });
      pass(a);
      a.notes?.reuse?.onEnd?.forEach((tell) => tell({ status: "succeeded", output: 7 }));
      pass(undo(true), "modelUndo");
      pass(undo(false), "hostCall");
      expect(verdicts).toEqual([PROCEED, PROCEED, PROCEED]);
    }
  });
});
