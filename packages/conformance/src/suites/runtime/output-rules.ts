import { assertEqual } from "../../assert.js";
import { call, RETRY, REVERSIBLE, SKIP } from "./actions.js";
import { endings, outcomes } from "./looks.js";
import { rule, type Rule, type ToolUnderTest } from "./rig.js";

const answering = (value: () => unknown, more: Partial<ToolUnderTest> = {}): ToolUnderTest => ({
  ...REVERSIBLE,
  ...more,
  run: value,
});

const cyclic = (): object => {
  const value: { self?: object } = {};
  value.self = value;
  return value;
};

/** 4.10: what a tool may answer. */
export const OUTPUT_RULES: readonly Rule[] = [
  rule("[4.10] `undefined` counts as null", { tools: { t: answering(() => undefined) } }, async (rig) => {
    assertEqual((await rig.run([call("a", "t")])).results[0]?.output, null);
  }),

  rule(
    "[4.10] an output that does not fit `returns` is a terminal failure",
    {
      tools: {
        t: answering(() => ({ id: "seven" }), { returns: { type: "object", properties: { id: { type: "integer" } } } }),
      },
    },
    async (rig) => {
      const result = await rig.run([call("a", "t", RETRY)]);
      assertEqual(outcomes(result), ["a failed invalid_output 1"]);
    },
  ),

  rule(
    "[4.10] one that fits passes",
    {
      tools: {
        t: answering(() => ({ id: 7 }), { returns: { type: "object", properties: { id: { type: "integer" } } } }),
      },
    },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t")])), ["succeeded -"]);
    },
  ),

  rule(
    "[4.10] what is not JSON is refused: BigInt, cycles, NaN, functions",
    {
      tools: {
        big: answering(() => 1n),
        loop: answering(cyclic),
        nan: answering(() => [Number.NaN]),
        code: answering(() => ({ f: () => 1 })),
      },
    },
    async (rig) => {
      for (const tool of ["big", "loop", "nan", "code"]) {
        assertEqual(endings(await rig.run([call("a", tool)])), ["failed invalid_output"], tool);
      }
    },
  ),

  rule(
    "[4.10] what is too large is refused",
    { tools: { t: answering(() => "x".repeat(2_000)) }, limits: { max_output_bytes: 1_000 } },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t")])), ["failed invalid_output"]);
    },
  ),

  rule(
    "[4.10] what is nested too deeply is refused",
    { tools: { t: answering(() => [[[[[[[[[[1]]]]]]]]]]) }, limits: { max_depth: 8 } },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t")])), ["failed invalid_output"]);
    },
  ),

  rule(
    "[4.10] what references make of the parameters of a run is bounded",
    { tools: { t: answering(() => "x".repeat(2_000)) }, limits: { max_resolved_bytes: 5_000 } },
    async (rig) => {
      const readers = ["b", "c", "d"].map((id) => call(id, "t", { ...SKIP, parameters: { r: "$a.output" } }));
      const result = await rig.run([call("a", "t", { parameters: { r: "y".repeat(9_000) } }), ...readers]);
      assertEqual(endings(result), ["succeeded -", "succeeded -", "succeeded -", "rejected invalid"]);
      assertEqual(result.results[3]?.reason?.limit, "max_resolved_bytes", "limit");
    },
  ),

  rule("[4.10] outputs are copied: a tool cannot change one afterwards", { tools: { t: REVERSIBLE } }, async (rig) => {
    const shared = { n: 1 };
    rig.runtime.registerTool(
      rig.tool(
        "t",
        answering(() => shared),
      ),
    );
    const first = await rig.run([call("a", "t")]);
    shared.n = 2;
    assertEqual(first.results[0]?.output, { n: 1 });
  }),

  rule(
    "[4.10] a tool that is refused for its output aborts or is tolerated like any failure",
    { tools: { t: answering(() => 1n), u: REVERSIBLE } },
    async (rig) => {
      const { results } = await rig.run([call("a", "t", SKIP), call("b", "u")]);
      assertEqual(
        results.map(({ status }) => status),
        ["skipped", "succeeded"],
      );
    },
  ),
];
