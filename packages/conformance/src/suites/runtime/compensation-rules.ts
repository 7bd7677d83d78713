import { type JsonValue, ToolError } from "@car/ir";
import { assertEqual } from "../../assert.js";
import { call, REVERSIBLE, SKIP } from "./actions.js";
import { countOf, outcomes } from "./looks.js";
import { denying } from "./policies.js";
import { failLater, later, type Rig, rule, type Rule, type ToolUnderTest } from "./rig.js";

const undone: { of: JsonValue }[] = [];
const COMPENSABLE = { reversibility: "compensable" } as const;
const UNDO: ToolUnderTest = {
  ...REVERSIBLE,
  run: ({ parameters }) => void undone.push({ of: parameters["of"] ?? null }),
};
const books = (ms: number, id: string): ToolUnderTest => ({
  ...COMPENSABLE,
  compensation: { tool: "undo", parameters: { of: "$output.id" } },
  run: ({ clock }) => later(clock, ms, { id }),
});
const HELD = { ...COMPENSABLE, compensation: { tool: "undo", parameters: { of: "hold" } } };
const BREAK: ToolUnderTest = { ...REVERSIBLE, run: ({ clock }) => failLater(clock, 100, new Error("broken")) };
const TOOLS = { undo: UNDO, quick: books(10, "quick"), slow: books(20, "slow"), breaks: BREAK, wire: {} };

/** Runs the calls together with one that aborts at 100 ms, and tells what was undone. */
const abortAfter = async (rig: Rig, ...calls: Parameters<Rig["run"]>[0]) => {
  undone.length = 0;
  const result = await rig.run([...calls, call("bad", "breaks")]);
  assertEqual(result.status, "rolled_back", "status");
  return { result, undone: undone.map(({ of }) => of) };
};

const undoing = (run: NonNullable<ToolUnderTest["run"]>) => ({ tools: { ...TOOLS, undo: { ...REVERSIBLE, run } } });
const remains = async (rig: Rig, ...calls: Parameters<Rig["run"]>[0]): Promise<boolean> =>
  (await abortAfter(rig, ...calls)).result.external_effects_remain;

/** 5.2: what is done to undo. */
export const COMPENSATION_RULES: readonly Rule[] = [
  rule(
    "[5.2] finished compensable calls are compensated in reverse order of completion, with their real output",
    { tools: TOOLS },
    async (rig) => {
      const { result, undone: order } = await abortAfter(rig, call("s", "slow"), call("q", "quick"));
      assertEqual(order, ["slow", "quick"]);
      assertEqual(
        result.results.map(({ compensated }) => compensated),
        [true, true, undefined],
        "compensated",
      );
      assertEqual([countOf(rig, "compensation_started"), countOf(rig, "compensation_succeeded")], [2, 2], "journal");
    },
  ),

  rule("[5.2] a committed run compensates nothing", { tools: TOOLS }, async (rig) => {
    undone.length = 0;
    assertEqual([(await rig.run([call("q", "quick")])).status, undone], ["committed", []]);
  }),

  rule(
    "[5.2] `$parameters` stands for the call's own parameters",
    {
      tools: {
        ...TOOLS,
        mail: { ...COMPENSABLE, compensation: { tool: "undo", parameters: { of: "$parameters.to" } } },
      },
    },
    async (rig) => {
      assertEqual((await abortAfter(rig, call("m", "mail", { parameters: { to: "ann" } }))).undone, ["ann"]);
    },
  ),

  rule("[5.2] a model's compensation serves where the host has none", { tools: TOOLS }, async (rig) => {
    const own = { compensation: { type: "tool", tool: "undo", parameters: { of: "model's" } }, ...SKIP };
    const { undone: order } = await abortAfter(rig, call("q", "quick", own));
    assertEqual(order, ["quick"], "the host's wins");
    const eager = await rig.run([call("w", "wire", own)]);
    assertEqual(eager.status, "committed");
  }),

  rule("[5.2] a model's compensation is checked at admission", { tools: TOOLS }, async (rig) => {
    const own = { compensation: { type: "tool", tool: "nobody", parameters: {} } };
    const result = await rig.run([call("w", "wire", own)]);
    assertEqual([result.status, rig.calls], ["rejected", []]);
  }),

  rule("[5.2] and authorised there", { tools: { ...TOOLS, shell: {} }, policy: denying("shell") }, async (rig) => {
    const own = { compensation: { type: "tool", tool: "shell", parameters: {} } };
    assertEqual([(await rig.run([call("w", "wire", own)])).status, rig.calls], ["rejected", []]);
  }),

  rule("[5.2] the target of an `action_ref` runs only to compensate", { tools: TOOLS }, async (rig) => {
    const actions = [
      call("first", "quick", { compensation: { type: "action_ref", action_id: "later" } }),
      call("later", "undo", { parameters: { of: "by reference" } }),
    ];
    undone.length = 0;
    assertEqual([(await rig.run(actions)).status, undone], ["committed", []], "committed: it does not run");
  }),

  rule(
    "[5.2] an `action_ref` target undoes, with references to what was done",
    {
      tools: { ...TOOLS, make: { ...REVERSIBLE, run: () => ({ id: "made" }) } },
    },
    async (rig) => {
      const actions = [
        call("first", "make", {
          compensation: { type: "action_ref", action_id: "later" },
          reversibility: "compensable",
        }),
        call("later", "undo", { parameters: { of: "$first.output.id" } }),
      ];
      assertEqual((await abortAfter(rig, ...actions)).undone, ["made"]);
    },
  ),

  rule("[5.2] each compensation runs once", { tools: TOOLS }, async (rig) => {
    await abortAfter(rig, call("q", "quick"));
    await rig.run([call("x", "wire")]);
    assertEqual(undone.length, 1);
  }),

  rule(
    "[5.2] compensations retry transient errors",
    undoing(({ count }) => {
      if (count < 3) throw new Error("busy");
    }),
    async (rig) => {
      const { result } = await abortAfter(rig, call("q", "quick"));
      assertEqual([result.results[0]?.compensated, result.external_effects_remain], [true, false]);
    },
  ),

  rule(
    "[5.2] a failed compensation sets `external_effects_remain` and stops no other",
    undoing(({ parameters }) => {
      if (parameters["of"] === "slow") throw new ToolError("cannot", { class: "terminal" });
    }),
    async (rig) => {
      const { result } = await abortAfter(rig, call("s", "slow"), call("q", "quick"));
      assertEqual(
        result.results.slice(0, 2).map(({ compensated }) => compensated),
        [false, true],
      );
      assertEqual([result.external_effects_remain, countOf(rig, "compensation_failed")], [true, 1]);
    },
  ),

  rule(
    "[5.2] what had not answered when it was compensated may act afterwards, and is told as unknown",
    {
      tools: { ...TOOLS, hold: { ...HELD, run: ({ clock, parameters }) => later(clock, Number(parameters["ms"]), 1) } },
    },
    async (rig) => {
      const held = (ms: number) => call("h", "hold", { parameters: { ms }, timeout_ms: 40, ...SKIP });
      const told = async (ms: number): Promise<unknown> => {
        const { result } = await abortAfter(rig, held(ms));
        return [result.results[0]?.compensated, result.external_effects];
      };
      assertEqual(await told(150), [true, "unknown"], "it answers later");
      assertEqual(await told(60), [true, "none"], "it had answered");
    },
  ),

  rule("[5.2] compensations use no budget", { tools: TOOLS, budget: { max_tool_calls: 2 } }, async (rig) => {
    assertEqual((await abortAfter(rig, call("q", "quick"))).undone, ["quick"]);
  }),

  rule(
    "[5.2] compensations get a fresh signal",
    undoing(({ context }) => void undone.push({ of: context.signal.aborted })),
    async (rig) => {
      assertEqual((await abortAfter(rig, call("q", "quick"))).undone, [false]);
    },
  ),

  rule("[5.2] deduplicated calls are not compensated", { tools: TOOLS }, async (rig) => {
    const same = { idempotent: true, parameters: { n: 1 } };
    const { result, undone: order } = await abortAfter(rig, call("a", "quick", same), call("b", "quick", same));
    assertEqual([outcomes(result)[1], order], ["b succeeded - 0", ["quick"]]);
  }),

  rule(
    "[5.2] `external_effects_remain` tells what nobody can undo",
    { tools: { ...TOOLS, look: REVERSIBLE }, schedule: "eager" },
    async (rig) => {
      assertEqual(await remains(rig, call("a", "look")), false, "reversible");
      assertEqual(await remains(rig, call("a", "quick")), false, "compensated");
      assertEqual(await remains(rig, call("a", "wire")), true, "irreversible and done");
      assertEqual(await remains(rig, call("a", "wire", { dependencies: ["bad"] })), false, "irreversible, not begun");
    },
  ),

  rule(
    "[5.2] so do calls that timed out or were given up in flight",
    {
      tools: { ...TOOLS, hangs: { run: () => new Promise(() => undefined) } },
      schedule: "eager",
      limits: { drain_timeout_ms: 50 },
    },
    async (rig) => {
      assertEqual(await remains(rig, call("a", "hangs", { timeout_ms: 10, ...SKIP })), true, "timed out");
      assertEqual(await remains(rig, call("a", "hangs")), true, "given up");
    },
  ),
];
