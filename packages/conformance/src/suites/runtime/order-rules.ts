import { assertEqual } from "../../assert.js";
import { call, read, REVERSIBLE, SKIP, write } from "./actions.js";
import { later, rule, type Rule, type ToolUnderTest } from "./rig.js";

const takes = (ms: number): ToolUnderTest => ({ ...REVERSIBLE, run: ({ clock }) => later(clock, ms, ms) });
const TOOLS = { tools: { ten: takes(10), twenty: takes(20), fifty: takes(50) } };

/** 3.1 and 3.2: what waits for what, and nothing more. */
export const ORDER_RULES: readonly Rule[] = [
  rule("[3.1] an action waits for its dependencies, whatever the list order", TOOLS, async (rig) => {
    await rig.run([call("last", "ten", { dependencies: ["first"] }), call("first", "ten")]);
    assertEqual(rig.calls, ["0 first", "10 last"]);
  }),

  rule("[3.1] a reference is a dependency, in any of its three forms", TOOLS, async (rig) => {
    const links = ["$a.output", { $ref: "a.output" }, "got ${a.output}"];
    await rig.run([...links.map((x, index) => call(`b${index}`, "ten", { parameters: { x } })), call("a", "ten")]);
    assertEqual(rig.calls, ["0 a", "10 b0", "10 b1", "10 b2"]);
  }),

  rule("[3.1] reads come after earlier writes, writes after earlier reads and writes", TOOLS, async (rig) => {
    const claims = { expected_effects: { k: "tool" } };
    const actions = [
      call("w1", "ten", claims),
      read("r", "k"),
      call("w2", "fifty", claims),
      write("w3", { k: "last" }),
    ];
    const result = await rig.run(actions);
    assertEqual(rig.calls, ["0 w1", "10 w2"]);
    assertEqual(result.results[1]?.output, "tool", "what was read");
    assertEqual(rig.runtime.state.get("k"), "last", "state");
  }),

  rule("[3.1] readers of one key do not wait for each other", { ...TOOLS, state: { k: 1 } }, async (rig) => {
    await rig.run([call("a", "ten", { read_set: ["k"] }), call("b", "ten", { state_dependencies: ["k"] })]);
    assertEqual(rig.calls, ["0 a", "0 b"]);
  }),

  rule("[3.1] state edges follow the stable topological order, not the list", TOOLS, async (rig) => {
    await rig.run([
      write("first", { k: "first" }, { dependencies: ["later"] }),
      write("second", { k: "second" }),
      write("later", { z: 1 }),
    ]);
    assertEqual(rig.runtime.state.get("k"), "first", "the write that comes last in that order");
  }),

  rule(
    "[3.1] read keys are: dependencies, preconditions, assumptions, read_set, reads and assertions",
    TOOLS,
    async (rig) => {
      const holds = { key: "k", operator: "exists" };
      const actions = [
        call("w", "ten", { write_set: ["k"], expected_effects: { k: 1 } }),
        call("a", "ten", { preconditions: [holds] }),
        call("b", "ten", { state_dependencies: ["k"] }),
        call("c", "ten", { assumptions: [{ key: "k", expected_value: 1 }] }),
        call("d", "ten", { read_set: ["k"] }),
      ];
      assertEqual((await rig.run(actions)).status, "committed", "status");
      assertEqual(rig.calls, ["0 w", "10 a", "10 b", "10 c", "10 d"]);
    },
  ),

  rule(
    "[3.1] write keys are: writes, expected effects, the tool's effects and write_set, patterns too",
    { tools: { ...TOOLS.tools, effective: { ...takes(10), effects: ["x.*"] } } },
    async (rig) => {
      const actions = [
        call("tool", "effective"),
        call("afterTool", "ten", { read_set: ["x.1"] }),
        call("set", "ten", { write_set: ["y*"] }),
        call("afterSet", "ten", { read_set: ["y1"] }),
        call("free", "ten", { read_set: ["x", "z"] }),
      ];
      await rig.run(actions);
      assertEqual(rig.calls, ["0 tool", "0 set", "0 free", "10 afterTool", "10 afterSet"]);
    },
  ),

  rule(
    "[3.1] a state dependency that only a later action writes, and nobody holds, refuses and names both",
    TOOLS,
    async (rig) => {
      const result = await rig.run([call("needs", "ten", { state_dependencies: ["k"] }), write("gives", { k: 1 })]);
      assertEqual([result.status, rig.calls], ["rejected", []], "outcome");
      const text = result.reasons.map(({ message }) => message).join();
      assertEqual([text.includes("needs"), text.includes("gives")], [true, true], "names both");
    },
  ),

  rule("[3.1] it is no error when the state holds the key", { ...TOOLS, state: { k: 0 } }, async (rig) => {
    const result = await rig.run([call("needs", "ten", { state_dependencies: ["k"] }), write("gives", { k: 1 })]);
    assertEqual(result.status, "committed", "status");
  }),

  rule("[3.2] an action starts when its own predecessors have ended: there are no levels", TOOLS, async (rig) => {
    const actions = [call("slow", "fifty"), call("fast", "ten"), call("next", "ten", { dependencies: ["fast"] })];
    const result = await rig.run(actions);
    assertEqual(rig.calls, ["0 slow", "0 fast", "10 next"]);
    assertEqual(result.cost.wall_ms, 50, "wall time");
  }),

  rule("[3.2] `maxConcurrency` bounds what is in flight", { ...TOOLS, maxConcurrency: 2 }, async (rig) => {
    await rig.run([call("a", "twenty"), call("b", "ten"), call("c", "ten"), call("d", "ten")]);
    assertEqual(rig.calls, ["0 a", "0 b", "10 c", "20 d"]);
  }),

  rule(
    "[3.2] a tool's `max_concurrency` bounds its own calls only",
    { tools: { ...TOOLS.tools, one: { ...takes(10), max_concurrency: 1 } } },
    async (rig) => {
      await rig.run([call("a", "one"), call("b", "one"), call("c", "ten")]);
      assertEqual([...rig.calls].sort(), ["0 a", "0 c", "10 b"]);
    },
  ),

  rule(
    "[3.2] what waits for its tool is not in flight: it keeps no other from starting",
    { tools: { ...TOOLS.tools, one: { ...takes(10), max_concurrency: 1 } }, maxConcurrency: 2 },
    async (rig) => {
      await rig.run([call("a", "one"), call("b", "one"), call("c", "ten")]);
      assertEqual(rig.calls, ["0 a", "0 c", "10 b"]);
    },
  ),

  rule(
    "[3.2] a tool's `max_concurrency` holds over all runs of the runtime",
    { tools: { one: { ...takes(10), max_concurrency: 1 } } },
    async (rig) => {
      await Promise.all([rig.run([call("a", "one")]), rig.run([call("b", "one")])]);
      assertEqual(rig.calls, ["0 a", "10 b"]);
    },
  ),

  rule("[3.2] ready actions start in list order", { ...TOOLS, maxConcurrency: 1 }, async (rig) => {
    await rig.run([call("c", "ten", SKIP), call("a", "ten", SKIP), call("b", "ten", SKIP)]);
    assertEqual(rig.calls, ["0 c", "10 a", "20 b"]);
  }),
];
