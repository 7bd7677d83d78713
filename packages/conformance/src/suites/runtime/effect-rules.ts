import type { JsonValue, Origin } from "@car/ir";
import { ALLOW } from "@car/ir/ports";
import { assertEqual } from "../../assert.js";
import { call, check, read, REVERSIBLE, SKIP, write } from "./actions.js";
import { countOf, endings } from "./looks.js";
import { DENY, policyOf } from "./policies.js";
import { type Rig, rule, type Rule, type ToolUnderTest } from "./rig.js";

/** Writes through the state handle; a missing value deletes. */
const writing = (
  writes: Readonly<Record<string, JsonValue | undefined>>,
  more: Partial<ToolUnderTest> = {},
): ToolUnderTest => ({
  ...REVERSIBLE,
  ...more,
  run: ({ context }) => {
    for (const [key, value] of Object.entries(writes)) {
      if (value === undefined) context.state.delete(key);
      else context.state.set(key, value);
    }
  },
});

const held = ({ runtime }: Rig, key: string): readonly [JsonValue | undefined, Origin | undefined] => {
  const entry = runtime.state.entry(key);
  return [entry?.value, entry?.origin];
};

/** Allows calls only while `k` is "yes", as far as the host or a tool says so. */
const TRUSTING = policyOf(
  ({ action }, state) => (action.type !== "tool_call" || state.get("k") === "yes" ? ALLOW : DENY),
  () => ["k"],
);
const BELIEVING = policyOf(
  ({ action }, state) => (action.type !== "tool_call" || state.get("k", { trust: "model" }) === "yes" ? ALLOW : DENY),
  () => ["k"],
);

/** 4.9: who may change what, and whose word it is. */
export const EFFECT_RULES: readonly Rule[] = [
  rule(
    "[4.9] `state_write` and `expected_effects` store with origin model, references included",
    { tools: { t: { ...REVERSIBLE, run: () => "from the tool" } } },
    async (rig) => {
      await rig.run([call("t", "t", { expected_effects: { claimed: 1 } }), write("w", { copied: "$t.output" })]);
      assertEqual(
        [held(rig, "claimed"), held(rig, "copied")],
        [
          [1, "model"],
          ["from the tool", "model"],
        ],
      );
    },
  ),

  rule("[4.9] the host's own writes have origin host", { state: { a: 1 } }, async (rig) => {
    await rig.settle(rig.runtime.state.set("b", 2));
    assertEqual(
      [held(rig, "a"), held(rig, "b")],
      [
        [1, "host"],
        [2, "host"],
      ],
    );
  }),

  rule(
    "[4.9] writes of the handle are the tool's only for keys in the host's `effects`",
    { tools: { t: writing({ hosts: 1, "any.x": 2, mine: 3 }, { effects: ["hosts", "any.*"] }) } },
    async (rig) => {
      const result = await rig.run([call("a", "t", { write_set: ["mine"] })]);
      assertEqual(
        [held(rig, "hosts"), held(rig, "any.x"), held(rig, "mine")],
        [
          [1, "tool"],
          [2, "tool"],
          [3, "model"],
        ],
      );
      assertEqual(result.results[0]?.state_changes, { hosts: 1, "any.x": 2, mine: 3 }, "state_changes");
    },
  ),

  rule(
    "[4.9] keys that nobody declared are denied, for reading too",
    {
      tools: {
        set: writing({ k: 1 }),
        get: { ...REVERSIBLE, run: ({ context }) => context.state.get("k") ?? null },
      },
      state: { k: "there" },
    },
    async (rig) => {
      const result = await rig.run([
        call("a", "set", SKIP),
        call("b", "get", SKIP),
        call("c", "get", { ...SKIP, read_set: ["k"] }),
      ]);
      assertEqual(
        result.results.map(({ status }) => status),
        ["skipped", "skipped", "succeeded"],
      );
      assertEqual(held(rig, "k"), ["there", "host"], "state");
    },
  ),

  rule(
    "[4.9] declared effects are taken from the output, where the path exists",
    {
      tools: {
        t: {
          ...REVERSIBLE,
          effects: [
            { key: "id", value: "$output.made.id" },
            { key: "all", value: "$output" },
            { key: "none", value: "$output.nowhere" },
          ],
          run: () => ({ made: { id: 7 } }),
        },
      },
    },
    async (rig) => {
      await rig.run([call("a", "t")]);
      assertEqual(
        [held(rig, "id"), held(rig, "all"), held(rig, "none")],
        [
          [7, "tool"],
          [{ made: { id: 7 } }, "tool"],
          [undefined, undefined],
        ],
      );
    },
  ),

  rule(
    "[4.9] the tool's value wins over a claim, and the difference is recorded",
    { tools: { t: writing({ k: "true" }, { effects: ["k", "same"] }) } },
    async (rig) => {
      const result = await rig.run([call("a", "t", { expected_effects: { k: "claimed", other: 1 } })]);
      assertEqual(
        [held(rig, "k"), held(rig, "other")],
        [
          ["true", "tool"],
          [1, "model"],
        ],
      );
      assertEqual([countOf(rig, "effect_mismatch"), result.results[0]?.state_changes], [1, { k: "true", other: 1 }]);
    },
  ),

  rule(
    "[4.9] a claim that is true is no mismatch",
    { tools: { t: writing({ k: "same" }, { effects: ["k"] }) } },
    async (rig) => {
      await rig.run([call("a", "t", { expected_effects: { k: "same" } })]);
      assertEqual([held(rig, "k"), countOf(rig, "effect_mismatch")], [["same", "tool"], 0]);
    },
  ),

  rule(
    "[4.9] only a successful action has effects",
    { tools: { t: { ...REVERSIBLE, run: () => Promise.reject(new Error("no")) } } },
    async (rig) => {
      await rig.run([call("a", "t", { ...SKIP, expected_effects: { k: 1 } })]);
      assertEqual(rig.runtime.state.keys(), [], "keys");
    },
  ),

  rule(
    "[4.9] a model's write neither changes nor deletes the trusted value",
    { tools: { drop: writing({ k: undefined }) }, state: { k: "yes" } },
    async (rig) => {
      await rig.run([write("w", { k: "no" })]);
      assertEqual(
        [held(rig, "k"), rig.runtime.state.entry("k")?.trusted],
        [["no", "model"], { value: "yes", origin: "host" }],
      );
      await rig.run([call("d", "drop", { write_set: ["k"] })]);
      assertEqual([rig.runtime.state.get("k"), rig.runtime.state.entry("k")?.trusted?.value], [undefined, "yes"]);
    },
  ),

  rule(
    "[4.9] preconditions, reads and assertions see the newest value",
    { tools: { t: REVERSIBLE }, state: { k: "yes" } },
    async (rig) => {
      const actions = [
        write("w", { k: "no" }),
        read("r", "k"),
        check("c", { k: "no" }),
        call("t", "t", { preconditions: [{ key: "k", value: "no" }] }),
      ];
      const result = await rig.run(actions);
      assertEqual([result.status, result.results[1]?.output], ["committed", "no"]);
    },
  ),

  rule(
    "[4.9] policy conditions see the trusted value",
    { tools: { t: REVERSIBLE }, state: { k: "yes" }, policy: TRUSTING },
    async (rig) => {
      assertEqual(endings(await rig.run([write("w", { k: "no" }), call("t", "t", { dependencies: ["w"] })])), [
        "succeeded -",
        "succeeded -",
      ]);
    },
  ),

  rule(
    "[4.9] so a model cannot write itself a permission",
    { tools: { t: REVERSIBLE }, policy: TRUSTING },
    async (rig) => {
      const actions = [write("w", { k: "yes" }), call("t", "t", { dependencies: ["w"] })];
      assertEqual(endings(await rig.run(actions)), ["succeeded -", "rejected policy_denied"]);
    },
  ),

  rule("[4.9] unless the rule trusts the model", { tools: { t: REVERSIBLE }, policy: BELIEVING }, async (rig) => {
    const actions = [write("w", { k: "yes" }), call("t", "t", { dependencies: ["w"] })];
    assertEqual(endings(await rig.run(actions)), ["succeeded -", "succeeded -"]);
  }),

  rule(
    "[4.9] a read tells whether the key was found, and its committed version",
    { state: { k: null } },
    async (rig) => {
      const { results } = await rig.run([read("a", "k"), read("b", "absent")]);
      assertEqual(
        results.map(({ output }) => output),
        [null, null],
        "outputs",
      );
      assertEqual(
        results.map((result) => result.read),
        [
          { found: true, version: rig.runtime.state.entry("k")?.version },
          { found: false, version: 0 },
        ],
      );
    },
  ),
];
