import { assertEqual } from "../../assert.js";
import { call, read, REVERSIBLE, SKIP, write } from "./actions.js";
import { countOf, outcomes, textOf } from "./looks.js";
import { type Rig, rule, type Rule } from "./rig.js";

const TOOLS = { tools: { t: {} } };

const MAIL = { type: "object", required: ["to"], properties: { to: { type: "string" }, cc: {} } };
const CERTAIN = {
  tools: { t: REVERSIBLE, denied: REVERSIBLE, mail: { ...REVERSIBLE, parameters: MAIL } },
  capabilities: { denied_tools: ["denied"], allowed_state_keys: ["k"] },
};

const refusal = async (rig: Rig, proposal: unknown): Promise<string> => {
  const result = await rig.settle(rig.runtime.execute(proposal));
  assertEqual(result.status, "rejected", "status");
  assertEqual(rig.calls, [], "calls");
  return result.reasons.map(({ message }) => message).join("\n");
};

const mentions = (text: string, ...words: readonly string[]): void => {
  for (const word of words) assertEqual(text.includes(word), true, `\`${text}\` mentions \`${word}\``);
};

/** 2.1: what refuses a proposal whole. */
export const ADMISSION_RULES: readonly Rule[] = [
  rule("[2.1] a repeated id refuses the proposal whole", TOOLS, async (rig) => {
    mentions(await refusal(rig, { actions: [call("same", "t"), call("same", "t")] }), "same");
  }),

  rule("[2.1] an empty id refuses the proposal whole", TOOLS, async (rig) => {
    await refusal(rig, { actions: [call("", "t"), call("b", "t")] });
  }),

  rule("[2.1] a tool call without a tool refuses the proposal whole", TOOLS, async (rig) => {
    mentions(await refusal(rig, { actions: [{ id: "a", type: "tool_call" }] }), "tool");
  }),

  rule("[2.1] a dependency or a reference that names no action refuses the proposal whole", TOOLS, async (rig) => {
    mentions(await refusal(rig, { actions: [call("a", "t", { dependencies: ["ghost"] })] }), "ghost");
    mentions(await refusal(rig, { actions: [call("a", "t", { parameters: { x: "$ghost.output" } })] }), "ghost");
  }),

  rule("[2.1] a cycle refuses the proposal whole and is printed", TOOLS, async (rig) => {
    const actions = [
      call("one", "t", { dependencies: ["two"] }),
      call("two", "t", { parameters: { x: "$three.output" } }),
      call("three", "t", { dependencies: ["one"] }),
    ];
    mentions(await refusal(rig, { actions }), "one", "two", "three");
  }),

  rule("[2.1] an action that waits for itself is a cycle", TOOLS, async (rig) => {
    await refusal(rig, { actions: [call("a", "t", { dependencies: ["a"] })] });
  }),

  rule("[2.1] a state action whose key is a reference needs a declared set", TOOLS, async (rig) => {
    await refusal(rig, { actions: [call("a", "t"), write("w", { "$a.output.key": 1 })] });
    await refusal(rig, { actions: [call("a", "t"), read("r", "$a.output.key")] });
  }),

  rule(
    "[2.1] a key from a reference must resolve into the declared set",
    { tools: { t: { reversibility: "reversible", run: ({ parameters }) => ({ key: parameters["key"] ?? null }) } } },
    async (rig) => {
      const set = { write_set: ["mine*"], ...SKIP };
      const actions = [
        call("in", "t", { parameters: { key: "mine.1" } }),
        call("out", "t", { parameters: { key: "yours" } }),
        write("good", { "$in.output.key": 1 }, set),
        write("bad", { "$out.output.key": 1 }, set),
      ];
      const result = await rig.run(actions);
      assertEqual(rig.runtime.state.keys(), ["mine.1"], "keys");
      assertEqual(result.results[3]?.status, "rejected", "status of the bad write");
    },
  ),

  rule(
    "[2.1] a key that an escape makes literal needs none, and is that text",
    { tools: { t: { reversibility: "reversible", run: () => "$t.output" } } },
    async (rig) => {
      const actions = [call("t", "t"), write("w", { "$$t.output": 1 }), read("r", "$$t.output")];
      const result = await rig.run(actions);
      assertEqual([result.status, rig.runtime.state.keys()], ["committed", ["$t.output"]], "outcome");
      assertEqual(result.results[2]?.output, 1, "what was read");
      const bad = await rig.run([call("t", "t"), write("w", { "$t.output": 1 }, { write_set: ["other"] })]);
      assertEqual(bad.results[1]?.reason?.code, "invalid", "a reference that leads to its own text");
    },
  ),

  rule(
    "[2.1] more actions than the capability allows refuse the proposal whole",
    { ...TOOLS, capabilities: { max_actions: 1 } },
    async (rig) => {
      const result = await rig.run([call("a", "t"), call("b", "t")]);
      assertEqual([result.status, rig.calls], ["rejected", []], "outcome");
      assertEqual(
        result.reasons.map(({ code }) => code),
        ["capability_denied"],
        "reasons",
      );
    },
  ),

  rule(
    "[2.1] more actions than the host's limit refuse the proposal whole",
    { ...TOOLS, limits: { max_actions: 1 } },
    async (rig) => {
      await refusal(rig, { actions: [call("a", "t"), call("b", "t")] });
    },
  ),

  rule(
    "[2.1] more bytes or levels than the host's limits refuse the proposal whole",
    { ...TOOLS, limits: { max_bytes: 500, max_depth: 8 } },
    async (rig) => {
      await refusal(rig, { actions: [call("a", "t", { parameters: { x: "y".repeat(600) } })] });
      await refusal(rig, { actions: [call("a", "t", { parameters: { x: [[[[[[[[1]]]]]]]] } })] });
    },
  ),

  rule("[2.1] there is one reason per problem and one rejected entry per action with an id", TOOLS, async (rig) => {
    const actions = [call("a", "t", { dependencies: ["x"] }), call("b", "t", { dependencies: ["y"] })];
    const result = await rig.run(actions);
    assertEqual(result.reasons.length >= 2, true, "at least two reasons");
    assertEqual(
      result.results.map(({ action_id, status }) => `${action_id} ${status}`),
      ["a rejected", "b rejected"],
    );
  }),

  rule("[2.1] one problem does not hide another", { ...TOOLS, capabilities: { max_actions: 1 } }, async (rig) => {
    const result = await rig.run([call("a", "t", { dependencies: ["ghost"] }), call("a", "t")]);
    const text = result.reasons.map(({ code, message }) => `${code} ${message}`).join();
    mentions(text, "capability_denied", "ghost");
  }),

  rule("[2.1] what is certain against an action that may abort refuses the proposal whole", CERTAIN, async (rig) => {
    const wrong = [
      call("a", "nobody"),
      call("a", "denied"),
      call("a", "mail", { parameters: { to: 1 } }),
      call("a", "mail", { parameters: { cc: "$w.output" } }),
      call("a", "mail", { parameters: { to: "x" }, read_set: ["k", "secret"] }),
      write("a", { secret: 1 }),
    ];
    for (const action of wrong) {
      for (const failure_behavior of ["abort", "retry"]) {
        const late = { ...action, dependencies: ["w"], failure_behavior };
        const text = await refusal(rig, { actions: [write("w", { k: 1 }), late] });
        assertEqual(text.split("\n").length, 1, `reasons in ${text}`);
      }
    }
    const both = await rig.run([call("a", "nobody"), call("b", "t"), call("c", "denied")]);
    assertEqual(
      both.reasons.map(({ code, action_id }) => `${action_id} ${code}`),
      ["a unknown_tool", "c capability_denied"],
    );
  }),

  rule("[2.1] what is only known once it runs, or is tolerated, does not", CERTAIN, async (rig) => {
    const open = [call("t", "t"), call("a", "mail", { parameters: { to: "$t.output" } })];
    const result = await rig.run(open);
    assertEqual([result.status, rig.calls.length], ["rolled_back", 1], "outcome");
    assertEqual(result.results[1]?.reason?.code, "invalid", "reason");
    const tolerated = [call("a", "nobody", SKIP), call("b", "denied", SKIP), call("c", "mail", SKIP), call("d", "t")];
    const going = await rig.run(tolerated);
    assertEqual(
      [going.status, ...outcomes(going)],
      [
        "committed",
        "a rejected unknown_tool 0",
        "b rejected capability_denied 0",
        "c rejected invalid 0",
        "d succeeded - 1",
      ],
    );
  }),

  rule("[2.1] a refusal is logged, with the end of the run", TOOLS, async (rig) => {
    await refusal(rig, { actions: [call("a", "t", { dependencies: ["a"] })] });
    assertEqual(countOf(rig, "proposal_rejected"), 1, "refusals logged");
    assertEqual(countOf(rig, "action_executing"), 0, "actions begun");
  }),

  rule("[2.1] what is no proposal at all is refused, not thrown", TOOLS, async (rig) => {
    for (const input of [
      "{not json",
      "[]",
      null,
      7,
      {},
      { actions: [] },
      { actions: "many" },
      { actions: [{ id: "a" }] },
    ]) {
      await refusal(rig, input);
    }
  }),

  rule("[2.1] an unknown field refuses, with its path and the nearest known name", TOOLS, async (rig) => {
    const text = await refusal(rig, { actions: [call("a", "t", { state_dependancies: ["k"] })] });
    mentions(text, "state_dependancies", "state_dependencies");
  }),

  rule("[2.1] proposals may come as JSON text", TOOLS, async (rig) => {
    const result = await rig.settle(rig.runtime.execute(textOf({ actions: [call("a", "t")] })));
    assertEqual(outcomes(result), ["a succeeded - 1"], "outcome");
  }),

  rule(
    "[2.1] `__proto__`, `constructor` and `prototype` are keys like others",
    { tools: { t: { run: ({ parameters }) => parameters } } },
    async (rig) => {
      const parameters = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": 2}}';
      const actions = `[{"id": "a", "type": "tool_call", "tool": "t", "parameters": ${parameters}},
      {"id": "w", "type": "state_write", "parameters": {"key": "__proto__", "value": {"polluted": 3}}}]`;
      const result = await rig.settle(rig.runtime.execute(`{"actions": ${actions}}`));
      assertEqual(result.status, "committed", "status");
      assertEqual(textOf(result.results[0]?.output), textOf(JSON.parse(parameters)), "output");
      assertEqual(rig.runtime.state.get("__proto__"), { polluted: 3 }, "state");
      assertEqual(({} as { polluted?: unknown }).polluted, undefined, "prototype");
    },
  ),
];
