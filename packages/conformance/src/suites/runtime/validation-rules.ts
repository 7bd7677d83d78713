import { assertEqual } from "../../assert.js";
import { call, check, REVERSIBLE, SKIP, write } from "./actions.js";
import { endings } from "./looks.js";
import { rule, type Rule } from "./rig.js";

const SCHEMA = {
  type: "object",
  required: ["to"],
  properties: { to: { type: "string" }, lines: { type: "array", items: { type: "integer" } } },
  additionalProperties: false,
};
const STATE = { n: 5, text: "hello", list: [1, { a: 1 }], nothing: null, object: { a: 1, b: 2 } };
const SETUP = { tools: { mail: { ...REVERSIBLE, parameters: SCHEMA }, t: REVERSIBLE }, state: STATE };
const holds = (key: string, operator: string, value?: unknown): object => ({
  key,
  operator,
  ...(value === undefined ? {} : { value }),
});

/** 4.3: everything that is wrong is told, with its place. */
export const VALIDATION_RULES: readonly Rule[] = [
  rule("[4.3] an unknown tool is refused", SETUP, async (rig) => {
    assertEqual(endings(await rig.run([call("a", "nobody", SKIP)])), ["rejected unknown_tool"]);
  }),

  rule("[4.3] parameters must fit the tool's schema; the places are told", SETUP, async (rig) => {
    const result = await rig.run([call("a", "mail", { parameters: { lines: [1, "two"], cc: 1 } })]);
    const text = JSON.stringify(result.results[0]?.reason);
    assertEqual(endings(result), ["rejected invalid"], "ending");
    for (const place of ["to", "/lines/1", "cc"]) assertEqual(text.includes(place), true, `${text} names ${place}`);
    assertEqual(rig.calls, [], "calls");
  }),

  rule("[4.3] parameters are checked after references are resolved", SETUP, async (rig) => {
    const link = { parameters: { to: "$a.output.n" }, ...SKIP };
    rig.runtime.registerTool(rig.tool("t", { ...REVERSIBLE, run: () => ({ n: 5 }) }));
    assertEqual(endings(await rig.run([call("a", "t"), call("b", "mail", link)])), ["succeeded -", "rejected invalid"]);
  }),

  rule("[4.3] every problem of an action is collected", SETUP, async (rig) => {
    const { results } = await rig.run([
      call("a", "mail", {
        preconditions: [holds("n", "eq", 6)],
        state_dependencies: ["absent"],
        assumptions: [{ key: "text", expected_value: "bye" }],
        ...SKIP,
      }),
    ]);
    const text = JSON.stringify([results[0]?.reason, results[0]?.error]);
    for (const word of ["to", "n", "absent", "text"])
      assertEqual(text.includes(word), true, `${text} mentions ${word}`);
  }),

  rule("[4.3] preconditions: every operator, where it holds", SETUP, async (rig) => {
    const good = [
      holds("object", "eq", { b: 2, a: 1 }),
      holds("n", "neq", 6),
      holds("n", "gt", 4),
      holds("n", "gte", 5),
      holds("n", "lt", 6),
      holds("n", "lte", 5),
      holds("nothing", "exists"),
      holds("absent", "not_exists"),
      holds("text", "contains", "ell"),
      holds("list", "contains", { a: 1 }),
    ];
    assertEqual(endings(await rig.run([call("a", "t", { preconditions: good })])), ["succeeded -"]);
  }),

  rule("[4.3] preconditions: every operator, where it does not hold", SETUP, async (rig) => {
    const bad = [
      holds("object", "eq", { a: 1 }),
      holds("n", "neq", 5),
      holds("n", "gt", 5),
      holds("text", "gt", "a"),
      holds("n", "lte", "9"),
      holds("absent", "exists"),
      holds("nothing", "not_exists"),
      holds("text", "contains", "xyz"),
      holds("n", "contains", 5),
      holds("n", "resembles", 5),
    ];
    const result = await rig.run(
      bad.map((precondition, index) => call(`a${index}`, "t", { preconditions: [precondition], ...SKIP })),
    );
    assertEqual([...new Set(endings(result))], ["rejected precondition_failed"]);
    assertEqual(result.results.at(-1)?.error?.includes("unknown operator"), true, "says so");
  }),

  rule("[4.3] preconditions see what the run itself has written", SETUP, async (rig) => {
    const actions = [write("w", { n: 9 }), call("a", "t", { preconditions: [holds("n", "eq", 9)] })];
    assertEqual(endings(await rig.run(actions)), ["succeeded -", "succeeded -"]);
  }),

  rule("[4.3] a state dependency must be present when the action runs", SETUP, async (rig) => {
    assertEqual(endings(await rig.run([call("a", "t", { state_dependencies: ["absent"], ...SKIP })])), [
      "rejected dependency_missing",
    ]);
  }),

  rule("[4.3] a stale assumption is refused; a true one is not", SETUP, async (rig) => {
    const version = rig.runtime.state.entry("n")?.version;
    const assuming = (id: string, assumption: object) =>
      call(id, "t", { assumptions: [{ key: "n", ...assumption }], ...SKIP });
    const actions = [
      assuming("value", { expected_value: 5 }),
      assuming("version", { read_version: version }),
      assuming("oldValue", { expected_value: 4 }),
      assuming("oldVersion", { read_version: (version ?? 0) + 1 }),
      call("absent", "t", { assumptions: [{ key: "absent", read_version: 0 }], ...SKIP }),
    ];
    assertEqual(endings(await rig.run(actions)), [
      "succeeded -",
      "succeeded -",
      "rejected assumption_stale",
      "rejected assumption_stale",
      "succeeded -",
    ]);
  }),

  rule("[4.3] an assertion that does not hold has been tried: it fails and aborts", SETUP, async (rig) => {
    const result = await rig.run([check("a", { n: 6 })]);
    assertEqual(
      [result.status, ...endings(result), result.results[0]?.attempts],
      ["rolled_back", "failed precondition_failed", 1],
    );
  }),

  rule("[4.3] modes that are not built are refused with `unsupported`", SETUP, async (rig) => {
    const result = await rig.run([call("a", "t", { invocation_mode: "streaming", ...SKIP })]);
    assertEqual(
      [...result.reasons, ...result.results.map(({ reason }) => reason)]
        .map((reason) => reason?.code)
        .includes("unsupported"),
      true,
    );
    assertEqual(rig.calls, [], "calls");
  }),
];
