import { type JsonValue, type Reason, ToolError } from "@car/ir";
import { assertEqual } from "../../assert.js";
import { call, REVERSIBLE, SKIP } from "./actions.js";
import { countOf, eventsOf } from "./looks.js";
import { failLater, forever, later, type Rig, rule, type Rule, type ToolUnderTest } from "./rig.js";

const undone: JsonValue[] = [];
const UNDO: ToolUnderTest = { run: ({ parameters }) => void undone.push(parameters["of"] ?? null) };
const lost: NonNullable<ToolUnderTest["run"]> = ({ clock }) => failLater(clock, 10, new Error("connection reset"));
const hosts = (of: string, more: Partial<ToolUnderTest> = {}): ToolUnderTest => ({
  reversibility: "compensable",
  compensation: { tool: "undo", parameters: { of } },
  run: lost,
  ...more,
});
const answers =
  (value: unknown, ms = 10): NonNullable<ToolUnderTest["run"]> =>
  ({ clock }) =>
    later(clock, ms, value);
const TOOLS = {
  undo: UNDO,
  breaks: { ...REVERSIBLE, run: ({ clock }) => failLater(clock, 100, new Error("broken")) } satisfies ToolUnderTest,
  needsNothing: hosts("all"),
  needsParameters: hosts("$parameters.n"),
  needsOutput: hosts("$output.id"),
  oddAnswer: hosts("all", { returns: { type: "object" }, run: answers("text") }),
  nothingDone: hosts("all", { run: () => Promise.reject(new ToolError("no", { class: "denied" })) }),
};

/** Runs the calls, tolerant ones, together with one that aborts at 100 ms. */
const abort = async (rig: Rig, ...calls: Parameters<Rig["run"]>[0]) => {
  undone.length = 0;
  const result = await rig.run([...calls.map((one) => ({ ...one, ...SKIP })), call("bad", "breaks")]);
  assertEqual(result.status, "rolled_back", "status");
  const [first] = result.results;
  return { result, undone: [...undone], compensated: first?.compensated, left: result.external_effects };
};

/** 5.2: which calls are undone that failed. */
export const FAILED_UNDO_RULES: readonly Rule[] = [
  rule("[5.2] a call that may have acted is compensated where that needs no output", { tools: TOOLS }, async (rig) => {
    for (const [tool, of] of [
      ["needsNothing", "all"],
      ["needsParameters", 7],
    ] as const) {
      const end = await abort(rig, call("a", tool, { parameters: { n: 7 } }));
      assertEqual([end.undone, end.compensated, end.left], [[of], true, "none"], tool);
    }
  }),

  rule("[5.2] so is one that acted and whose answer was refused", { tools: TOOLS }, async (rig) => {
    const end = await abort(rig, call("a", "oddAnswer"));
    assertEqual([end.undone, end.compensated, end.left], [["all"], true, "none"]);
  }),

  rule("[5.2] where the output is needed nothing is tried, and the doubt remains", { tools: TOOLS }, async (rig) => {
    const end = await abort(rig, call("a", "needsOutput"));
    assertEqual([end.undone, end.compensated, end.left], [[], undefined, "unknown"]);
    assertEqual([countOf(rig, "compensation_started"), countOf(rig, "compensation_failed")], [0, 0], "events");
  }),

  rule("[5.2] what did nothing is not undone", { tools: TOOLS }, async (rig) => {
    const end = await abort(rig, call("a", "nothingDone"));
    assertEqual([end.undone, end.compensated, end.left], [[], undefined, "none"]);
  }),

  rule(
    "[5.2] calls that failed are undone among those that succeeded, the last one to end first",
    {
      tools: { ...TOOLS, quick: hosts("quick", { run: answers(1, 5) }), slow: hosts("slow", { run: answers(1, 20) }) },
    },
    async (rig) => {
      const end = await abort(rig, call("s", "slow"), call("a", "needsNothing"), call("q", "quick"));
      assertEqual(end.undone, ["slow", "all", "quick"]);
    },
  ),

  rule(
    "[5.2] an `action_ref` target undoes a failed call as far as its parameters lead somewhere",
    { tools: { ...TOOLS, plain: { run: lost } }, schedule: "eager" },
    async (rig) => {
      const a = call("a", "plain", { compensation: { type: "action_ref", action_id: "u" } });
      const reading = await abort(rig, a, call("u", "undo", { parameters: { of: "$a.output.id" } }));
      assertEqual([reading.undone, reading.left], [[], "unknown"], "it needs the output");
      const plain = await abort(rig, a, call("u", "undo", { parameters: { of: "everything" } }));
      assertEqual([plain.undone, plain.left], [["everything"], "none"], "it needs nothing");
    },
  ),

  rule(
    "[5.2] a compensation that fails leaves more than a doubt",
    { tools: { ...TOOLS, undo: { run: lost } } },
    async (rig) => {
      const end = await abort(rig, call("a", "needsNothing"));
      assertEqual([end.compensated, end.left, countOf(rig, "compensation_failed")], [false, "remain", 1]);
    },
  ),
];

const OWN = { compensation: { type: "tool", tool: "undo", parameters: { of: "all" } } };
const PAYING = {
  ...TOOLS,
  pay: { run: answers({ id: "paid" }) },
  books: hosts("$output.id", { run: answers({ id: 1 }) }),
};
const COUNTED = (fails: number, more: Partial<ToolUnderTest> = {}, error: () => Error = () => new Error("lost")) => ({
  tools: {
    ...PAYING,
    undo: {
      ...more,
      run: ({ count }) => (count <= fails ? Promise.reject(error()) : void undone.push(count)),
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
      tools: { ...PAYING, undo: { ...UNDO, rate_limit: { max_calls: 1, interval_secs: 1 } } },
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
      tools: { ...PAYING, undo: { ...UNDO, rate_limit: { max_calls: 1, interval_secs: 100 } } },
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
    "[5.2] a model's is charged, and refused where the budget is spent; the host's is neither",
    { tools: PAYING, budget: { max_tool_calls: 2 }, schedule: "eager" },
    async (rig) => {
      const models = await abort(rig, call("a", "pay", OWN));
      assertEqual([models.undone, models.compensated, models.left], [[], false, "remain"], "the model's");
      const [failed] = eventsOf(rig, "compensation_failed");
      assertEqual((failed?.data["reason"] as Reason | undefined)?.code, "budget_exceeded", "reason");
      const hostsOwn = await abort(rig, call("a", "books"));
      assertEqual([hostsOwn.undone, hostsOwn.compensated, hostsOwn.left], [[1], true, "none"], "the host's");
    },
  ),

  rule(
    "[5.2] each attempt of a model's costs a call",
    { ...COUNTED(9, {}, transient), budget: { max_tool_calls: 4 }, schedule: "eager" },
    async (rig) => {
      const end = await abort(rig, call("a", "pay", OWN));
      assertEqual([attempts(rig), end.compensated, end.result.cost.tool_calls], [2, false, 4]);
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
        rig.runtime.registerTool(rig.tool("undo", UNDO));
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
      tools: { ...PAYING, undo: { ...UNDO, parameters: { type: "object", properties: { of: { type: "string" } } } } },
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
