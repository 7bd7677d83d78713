import type { ApprovalRequest } from "@car/ir/ports";
import { assertEqual } from "../../assert.js";
import { call, RETRY, REVERSIBLE, SKIP } from "./actions.js";
import { countOf, endings } from "./looks.js";
import { asking, ASK, DENY, policyOf } from "./policies.js";
import { forever, rule, type Rule } from "./rig.js";

const POLICY = { policy: asking("pay") };
const TOOLS = { tools: { pay: {}, look: { ...REVERSIBLE, run: () => 42 } } };
const requests: ApprovalRequest[] = [];

/** 6.5, as far as it is inline: somebody is asked while the action waits. */
export const APPROVAL_RULES: readonly Rule[] = [
  rule("[6.5] an approved action runs", { ...TOOLS, ...POLICY, approver: () => true }, async (rig) => {
    assertEqual([endings(await rig.run([call("a", "pay")])), rig.calls], [["succeeded -"], ["0 a"]]);
  }),

  rule(
    "[6.5] one that is not approved is rejected",
    { ...TOOLS, ...POLICY, approver: async () => ({ approved: false, by: "ann" }) },
    async (rig) => {
      assertEqual([endings(await rig.run([call("a", "pay")])), rig.calls], [["rejected approval_denied"], []]);
    },
  ),

  rule(
    "[6.5] request and answer are logged",
    { ...TOOLS, ...POLICY, approver: () => ({ approved: true, by: "ann", note: "fine" }) },
    async (rig) => {
      await rig.run([call("a", "pay")]);
      assertEqual([countOf(rig, "approval_requested"), countOf(rig, "approval_recorded")], [1, 1]);
    },
  ),

  rule(
    "[6.5] the approver sees what would be done: resolved arguments and what can be undone",
    {
      ...TOOLS,
      ...POLICY,
      approver: (request) => {
        requests.push(request);
        return true;
      },
    },
    async (rig) => {
      requests.length = 0;
      await rig.run([call("l", "look"), call("a", "pay", { parameters: { amount: "$l.output" } })], {
        principal: "ann",
      });
      const [request] = requests;
      assertEqual(
        [request?.tool, request?.parameters, request?.principal, request?.reversibility],
        ["pay", { amount: 42 }, "ann", "irreversible"],
      );
      assertEqual([request?.action_id, request?.reasons.map(({ policy_id }) => policy_id)], ["a", ["test_rule"]]);
    },
  ),

  rule(
    "[6.5] waiting for an approval is bounded",
    { ...TOOLS, ...POLICY, limits: { approval_timeout_ms: 1_000 }, approver: () => forever() },
    async (rig) => {
      const result = await rig.run([call("a", "pay")]);
      assertEqual([endings(result), result.cost.wall_ms], [["rejected approval_denied"], 1_000]);
    },
  ),

  rule(
    "[6.5] an approver that throws has not approved",
    {
      ...TOOLS,
      ...POLICY,
      approver: () => {
        throw new Error("nobody is there");
      },
    },
    async (rig) => {
      assertEqual([endings(await rig.run([call("a", "pay")])), rig.calls], [["rejected approval_denied"], []]);
    },
  ),

  rule(
    "[6.5] after the wait the policy is asked again",
    {
      ...TOOLS,
      policy: policyOf(({ mode }) => (mode === "recheck" ? DENY : ASK)),
      approver: async () => true,
    },
    async (rig) => {
      assertEqual([endings(await rig.run([call("a", "pay")])), rig.calls], [["rejected policy_denied"], []]);
    },
  ),

  rule(
    "[6.5] a denial wins over a request for approval: nobody is asked",
    {
      ...TOOLS,
      policy: policyOf(() => DENY),
      approver: (request) => requests.push(request) > 0,
    },
    async (rig) => {
      requests.length = 0;
      await rig.run([call("a", "pay")]);
      assertEqual(requests, []);
    },
  ),

  rule(
    "[6.5] one approval covers the retries of its action",
    {
      tools: { pay: { ...REVERSIBLE, run: ({ count }) => (count === 1 ? Promise.reject(new Error("busy")) : "paid") } },
      ...POLICY,
      approver: (request) => requests.push(request) > 0,
    },
    async (rig) => {
      requests.length = 0;
      assertEqual([endings(await rig.run([call("a", "pay", RETRY)])), requests.length], [["succeeded -"], 1]);
    },
  ),

  rule(
    "[6.5] an approval never comes from the proposal",
    { ...TOOLS, ...POLICY, approver: () => false },
    async (rig) => {
      const result = await rig.run([call("a", "pay", { ...SKIP, metadata: { approved: true } })]);
      assertEqual([endings(result), rig.calls], [["rejected approval_denied"], []]);
    },
  ),
];
