import { ToolError } from "@car/ir";
import { assertEqual } from "../../assert.js";
import { call } from "./actions.js";
import { eventsOf } from "./looks.js";
import { forever, type Rig, rule, type Rule, type ToolUnderTest } from "./rig.js";
import { abort, answering, undoneBy, UNDOING } from "./undo-setup.js";

const OWN = { compensation: { type: "tool", tool: "undo", parameters: { of: "all" } } };
const PAYING = {
  ...UNDOING,
  pay: { run: answering({ id: "paid" }) },
  books: undoneBy("$output.id", answering({ id: 1 })),
};
const COUNTED = (fails: number, more: Partial<ToolUnderTest> = {}, error: () => Error = () => new Error("lost")) => ({
  tools: {
    ...PAYING,
    undo: {
      ...more,
      run: ({ count }) => (count <= fails ? Promise.reject(error()) : count),
    } satisfies ToolUnderTest,
  },
  random: () => 0,
});
const transient = (): Error => new ToolError("busy", { class: "transient" });
const attempts = ({ calls }: Rig): number => calls.length - 2;

/** 5.2: what a compensation is let do. */
export const UNDO_RULES: readonly Rule[] = [
  rule(
    "[5.2] a model's compensation waits for the rate limit of its tool, within bounds",
    {
      tools: { ...PAYING, undo: { ...UNDOING.undo, rate_limit: { max_calls: 1, interval_secs: 1 } } },
      schedule: "eager",
      limits: { rate_limit_timeout_ms: 1_500 },
    },
    async (rig) => {
      const end = await abort(rig, ...["a", "b", "c"].map((id) => call(id, "pay", OWN)));
      assertEqual(
        [end.undone.length, end.result.results.slice(0, 3).map(({ compensated }) => compensated)],
        [3, [true, true, true]],
      );
      assertEqual(rig.calls.slice(4), ["100 c", "1100 b", "2100 a"], "calls");
    },
  ),

  rule(
    "[5.2] when that takes too long it has failed; so has the host's",
    {
      tools: { ...PAYING, undo: { ...UNDOING.undo, rate_limit: { max_calls: 1, interval_secs: 100 } } },
      schedule: "eager",
      limits: { rate_limit_timeout_ms: 500 },
    },
    async (rig) => {
      const models = await abort(rig, call("a", "pay", OWN), call("b", "pay", OWN));
      assertEqual([models.undone.length, models.compensated, models.left], [1, false, "remain"], "the model's");
      const hostsOwn = await abort(rig, call("a", "books"));
      assertEqual([hostsOwn.undone.length, hostsOwn.compensated, hostsOwn.left], [0, false, "remain"], "the host's");
    },
  ),

  rule(
    "[5.2] nor is it made when its tool was revoked during the wait",
    {
      tools: { ...PAYING, undo: { ...UNDOING.undo, rate_limit: { max_calls: 1, interval_secs: 1 } } },
      schedule: "eager",
    },
    async (rig) => {
      rig.clock.setTimer(() => rig.runtime.revoke("undo"), 500);
      const end = await abort(rig, call("a", "books"), call("b", "books"));
      assertEqual([end.undone.length, end.compensated, end.left, rig.calls.length], [1, false, "remain", 4]);
    },
  ),

  rule(
    "[5.2] a model's is charged, and refused where the budget is spent; the host's is neither",
    { tools: PAYING, budget: { max_tool_calls: 2 }, schedule: "eager" },
    async (rig) => {
      const models = await abort(rig, call("a", "pay", OWN));
      assertEqual([models.undone, models.compensated, models.left], [[], false, "remain"], "the model's");
      const [failed] = eventsOf(rig, "compensation_failed");
      assertEqual(failed?.data["reason"]?.code, "budget_exceeded", "reason");
      const hostsOwn = await abort(rig, call("a", "books"));
      assertEqual([hostsOwn.undone, hostsOwn.compensated, hostsOwn.left], [[1], true, "none"], "the host's");
    },
  ),

  rule(
    "[5.2] each attempt of a model's costs a call",
    { ...COUNTED(9, {}, transient), budget: { max_tool_calls: 4 }, schedule: "eager" },
    async (rig) => {
      const end = await abort(rig, call("a", "pay", OWN));
      assertEqual([attempts(rig), end.compensated], [2, false]);
      // The cost is that of the actions.
      assertEqual(end.result.cost.tool_calls, 2);
    },
  ),

  rule(
    "[5.2] a revoked tool undoes nothing, also not for the host",
    { tools: PAYING, schedule: "eager" },
    async (rig) => {
      for (const [tool, more] of [
        ["pay", OWN],
        ["books", {}],
      ] as const) {
        rig.runtime.registerTool(rig.tool("undo", UNDOING.undo));
        rig.clock.setTimer(() => rig.runtime.revoke("undo"), 50);
        const end = await abort(rig, call("a", tool, more));
        assertEqual([end.undone, end.compensated, end.left], [[], false, "remain"], tool);
      }
    },
  ),

  rule(
    "[5.2] nor is it tried again after it was revoked",
    { ...COUNTED(9, {}, transient), random: () => 0.5, schedule: "eager" },
    async (rig) => {
      rig.clock.setTimer(() => rig.runtime.revoke("undo"), 120);
      const end = await abort(rig, call("a", "books"));
      assertEqual([attempts(rig), end.compensated], [1, false]);
    },
  ),

  rule(
    "[5.2] four attempts at most, after transient failures that did nothing",
    { ...COUNTED(9, {}, transient), schedule: "eager" },
    async (rig) => {
      assertEqual([(await abort(rig, call("a", "books"))).compensated, attempts(rig)], [false, 4]);
    },
  ),

  rule(
    "[5.2] one attempt, where it may have acted and may not be repeated",
    { ...COUNTED(9), schedule: "eager" },
    async (rig) => {
      assertEqual([(await abort(rig, call("a", "books"))).left, attempts(rig)], ["remain", 1]);
    },
  ),

  rule(
    "[5.2] more, where the host calls its tool idempotent",
    { ...COUNTED(2, { idempotent: true }), schedule: "eager" },
    async (rig) => {
      assertEqual([(await abort(rig, call("a", "books"))).left, attempts(rig)], ["none", 3]);
    },
  ),

  rule(
    "[5.2] the host's parameters must fit the schema of the tool that undoes",
    {
      tools: {
        ...PAYING,
        undo: { ...UNDOING.undo, parameters: { type: "object", properties: { of: { type: "string" } } } },
      },
      schedule: "eager",
    },
    async (rig) => {
      const end = await abort(rig, call("a", "books"));
      assertEqual([end.undone, end.compensated, end.left], [[], false, "remain"]);
    },
  ),

  rule(
    "[4.6] a compensation has the time that the host's limit gives it",
    {
      tools: { ...PAYING, undo: { run: () => forever() } },
      limits: { compensation_timeout_ms: 70 },
      schedule: "eager",
    },
    async (rig) => {
      const end = await abort(rig, call("a", "books"));
      assertEqual([end.compensated, end.result.cost.wall_ms], [false, 170]);
    },
  ),
];
