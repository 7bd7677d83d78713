import { ToolError } from "@car/ir";
import { ALLOW, type ApprovalRequest, type Decision, type PolicyRequest } from "@car/ir/ports";
import { assertEqual } from "../../assert.js";
import { call, RETRY, REVERSIBLE, SKIP } from "./actions.js";
import { endings, outcomes } from "./looks.js";
import { policyOf } from "./policies.js";
import { failLater, later, type Rig, rule, type Rule, type ToolUnderTest } from "./rig.js";

const HALF = { random: () => 0.5 };
/** Fails at its first call after 10 ms, so that the second comes after 60. */
const TWICE: ToolUnderTest = {
  ...REVERSIBLE,
  run: ({ clock, count }) => (count === 1 ? failLater(clock, 10, new ToolError("busy", { class: "transient" })) : 1),
};
const SLOW: ToolUnderTest = { ...REVERSIBLE, run: ({ clock }) => later(clock, 50, 1) };

const asking = (...messages: readonly string[]): Decision => ({
  effect: "require_approval",
  reasons: messages.map((message) => ({ policy_id: "test_rule", message })),
});
const deciding = (decide: (request: PolicyRequest) => Decision) =>
  policyOf((request) => (request.action.type === "tool_call" ? decide(request) : ALLOW));
const ASKS_LATER = { policy: deciding(({ now }) => (now > 0 ? asking("it is late") : ALLOW)) };

/** Somebody who takes 10 ms for each question, and what was asked. */
let desk: Rig | undefined;
const questions: string[] = [];
const approvingUntil = (n: number) => ({
  approver: ({ reasons }: ApprovalRequest): Promise<boolean> => {
    questions.push(reasons.map(({ message }) => message).join(" and "));
    if (desk === undefined) throw new TypeError("nobody is at the desk");
    return later(desk.clock, 10, questions.length < n);
  },
});
const ALWAYS = approvingUntil(Infinity);
const NEVER = approvingUntil(0);

const atDesk =
  (body: (rig: Rig) => Promise<void>): Rule["body"] =>
  (rig) => {
    desk = rig;
    questions.length = 0;
    return body(rig);
  };

/** Of two tolerant calls the second has to wait, is asked about, and denied. */
const secondIsDenied = (more: object = {}): Rule["body"] =>
  atDesk(async (rig) => {
    const result = await rig.run([call("a", "t", { ...SKIP, ...more }), call("b", "t", { ...SKIP, ...more })]);
    assertEqual([endings(result), rig.calls], [["succeeded -", "rejected approval_denied"], ["0 a"]]);
    assertEqual(questions, ["it is late"], "questions");
  });

/** 4.1 and 6.5: what is asked again after a wait. */
export const RECHECK_RULES: readonly Rule[] = [
  rule(
    "[4.1] a reason to ask that comes up during the wait for the rate limit is asked about",
    { tools: { t: { ...REVERSIBLE, rate_limit: { max_calls: 1, interval_secs: 0.1 } } }, ...ASKS_LATER, ...NEVER },
    secondIsDenied(),
  ),

  rule(
    "[4.1] so is one that comes up while an equal call is in flight: its answer is not served before",
    { tools: { t: SLOW }, ...ASKS_LATER, ...NEVER },
    secondIsDenied({ idempotent: true }),
  ),

  rule(
    "[4.1] and one that comes up while a result that will be cached is waited for",
    { tools: { t: { ...SLOW, cache_ttl_secs: 60 } }, ...ASKS_LATER, ...NEVER },
    secondIsDenied(),
  ),

  rule(
    "[4.1] and one that comes up during the wait for a place",
    { tools: { t: { ...SLOW, max_concurrency: 1 } }, ...ASKS_LATER, ...NEVER },
    secondIsDenied(),
  ),

  rule("[4.1] a tool that was revoked meanwhile is not tried again", { tools: { t: TWICE }, ...HALF }, async (rig) => {
    rig.clock.setTimer(() => rig.runtime.revoke("t"), 30);
    const result = await rig.run([call("a", "t", RETRY)]);
    assertEqual([result.status, outcomes(result), rig.calls], ["rolled_back", ["a failed revoked 1"], ["0 a"]]);
  }),

  rule(
    "[6.5] an approval covers the reasons that it was asked for, and no others",
    {
      tools: { t: TWICE },
      ...HALF,
      policy: deciding(({ attempt }) => (attempt === 1 ? asking("large") : asking("large", "again"))),
      ...ALWAYS,
    },
    atDesk(async (rig) => {
      assertEqual(outcomes(await rig.run([call("a", "t", RETRY)])), ["a succeeded - 2"]);
      assertEqual(
        [questions, rig.calls],
        [
          ["large", "large and again"],
          ["10 a", "80 a"],
        ],
        "questions",
      );
    }),
  ),

  rule(
    "[6.5] a no to other reasons ends the retries",
    {
      tools: { t: TWICE },
      ...HALF,
      policy: deciding(({ attempt }) => asking(`attempt ${attempt}`)),
      ...approvingUntil(2),
    },
    atDesk(async (rig) => {
      const result = await rig.run([call("a", "t", RETRY)]);
      assertEqual([result.status, outcomes(result)], ["rolled_back", ["a failed approval_denied 1"]]);
    }),
  ),

  rule(
    "[6.5] reasons that change while somebody thinks about them are asked about again",
    { tools: { t: REVERSIBLE }, policy: deciding(({ now }) => asking(now < 5 ? "early" : "late")), ...ALWAYS },
    atDesk(async (rig) => {
      assertEqual((await rig.run([call("a", "t")])).status, "committed");
      assertEqual([questions, rig.calls], [["early", "late"], ["20 a"]], "questions");
    }),
  ),

  rule(
    "[6.5] an approval that has expired is asked for again before the next attempt",
    { tools: { t: TWICE }, ...HALF, limits: { approval_ttl_ms: 40 }, policy: deciding(() => asking("x")), ...ALWAYS },
    atDesk(async (rig) => {
      assertEqual(outcomes(await rig.run([call("a", "t", RETRY)])), ["a succeeded - 2"]);
      assertEqual(
        [questions, rig.calls],
        [
          ["x", "x"],
          ["10 a", "80 a"],
        ],
        "questions",
      );
    }),
  ),

  rule(
    "[6.5] a call whose reasons keep changing is asked about eight times, then refused",
    { tools: { t: REVERSIBLE }, policy: deciding(({ now }) => asking(`it is ${now}`)), ...ALWAYS },
    atDesk(async (rig) => {
      const result = await rig.run([call("a", "t", SKIP)]);
      assertEqual([endings(result), rig.calls, questions.length], [["rejected approval_required"], [], 8]);
      assertEqual(result.cost.tool_calls, 0, "charged calls");
    }),
  ),
];
