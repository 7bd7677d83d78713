import { type ErrorClass, ToolError } from "@car/ir";
import { assertEqual } from "../../assert.js";
import { call, REVERSIBLE, SKIP } from "./actions.js";
import { failLater, forever, type Rig, rule, type Rule, type ToolUnderTest } from "./rig.js";

const throwing = (error: unknown, more: Partial<ToolUnderTest> = {}): ToolUnderTest => ({
  ...more,
  run: () => {
    throw error;
  },
});
const ofClass = (name: ErrorClass): ToolUnderTest => throwing(new ToolError("no", { class: name }));
const answering = (value: unknown, more: Partial<ToolUnderTest> = {}): ToolUnderTest => ({ ...more, run: () => value });
const HANGS: ToolUnderTest = { run: () => forever() };
const SURE = { failures: "definite" } as const;
const CLASSES: readonly ErrorClass[] = [
  ...(["invalid", "denied", "not_found", "transient"] as const),
  ...(["terminal", "timeout", "canceled"] as const),
];
const withStatus = (fields: object): ToolUnderTest => throwing(Object.assign(new Error("answered"), fields));

/** Calls each tool by itself, and tells what is known of what it did. */
const outcomeOf = async (rig: Rig, more: object = {}): Promise<Readonly<Record<string, string>>> => {
  const found: Record<string, string> = {};
  for (const { name } of rig.runtime.tools()) {
    const { results, external_effects, external_effects_remain } = await rig.run([call("a", name, more)]);
    assertEqual(external_effects_remain, external_effects !== "none", `${name}: external_effects_remain`);
    found[name] = `${results[0]?.reason?.outcome ?? "nothing"}, ${external_effects}`;
  }
  return found;
};
const NOTHING = "nothing, none";
const UNKNOWN = "unknown, unknown";
const ACTED = "acted, remain";

/** 4.4: what is known of what a failed call did. */
export const OUTCOME_RULES: readonly Rule[] = [
  rule(
    "[4.4] a `ToolError` of class invalid, denied, not_found or transient says that nothing happened",
    { tools: Object.fromEntries(CLASSES.map((name) => [name, ofClass(name)])) },
    async (rig) => {
      assertEqual(await outcomeOf(rig), {
        ...{ invalid: NOTHING, denied: NOTHING, not_found: NOTHING, transient: NOTHING },
        ...{ terminal: UNKNOWN, timeout: UNKNOWN, canceled: UNKNOWN },
      });
    },
  ),

  rule(
    "[4.4] of other failures nobody knows, unless the host says that the tool's failures are definite",
    {
      tools: {
        plain: throwing(new Error("fetch failed")),
        payload: answering({ error: "no" }),
        flag: answering({ isError: true, content: [] }),
        surePlain: throwing(new Error("fetch failed"), SURE),
        surePayload: answering({ error: "no" }, SURE),
        sureFlag: answering({ isError: true, content: [] }, SURE),
      },
    },
    async (rig) => {
      assertEqual(await outcomeOf(rig), {
        ...{ plain: UNKNOWN, payload: UNKNOWN, flag: UNKNOWN },
        ...{ surePlain: NOTHING, surePayload: NOTHING, sureFlag: NOTHING },
      });
    },
  ),

  rule(
    "[4.4] a timeout tells nothing, whatever the host says of failures",
    { tools: { hangs: HANGS, sure: { ...HANGS, ...SURE } } },
    async (rig) => {
      assertEqual(await outcomeOf(rig, { timeout_ms: 10 }), { hangs: UNKNOWN, sure: UNKNOWN });
    },
  ),

  rule(
    "[4.4] a call whose answer is refused has acted",
    {
      tools: {
        odd: answering("text", { returns: { type: "object" } }),
        big: answering(1n),
        sure: answering(1n, SURE),
      },
    },
    async (rig) => {
      assertEqual(await outcomeOf(rig), { odd: ACTED, big: ACTED, sure: ACTED });
    },
  ),

  rule(
    "[4.4] a reversible tool leaves nothing, however it fails",
    {
      tools: {
        plain: throwing(new Error("x"), REVERSIBLE),
        odd: answering(1n, REVERSIBLE),
        hangs: { ...HANGS, ...REVERSIBLE },
      },
    },
    async (rig) => {
      assertEqual(await outcomeOf(rig, { timeout_ms: 10 }), { plain: NOTHING, odd: NOTHING, hangs: NOTHING });
    },
  ),

  rule(
    "[4.4] a model that calls it irreversible gets to hear that nobody knows",
    { tools: { plain: throwing(new Error("x"), REVERSIBLE) } },
    async (rig) => {
      assertEqual(await outcomeOf(rig, { reversibility: "irreversible" }), { plain: UNKNOWN });
    },
  ),

  rule("[4.4] the log's `action_failed` says it too", { tools: { plain: throwing(new Error("x")) } }, async (rig) => {
    await rig.run([call("a", "plain")]);
    const outcomes = rig.events.flatMap((event) => (event.kind === "action_failed" ? [event.data.reason.outcome] : []));
    assertEqual(outcomes, ["unknown"]);
  }),

  rule(
    "[4.4] of a call that fails because it was told to stop, or is given up, nobody knows",
    {
      tools: {
        heeds: {
          run: ({ context }) =>
            new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(new Error("stopped")))),
        },
        sure: {
          ...SURE,
          run: ({ context }) =>
            new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(new Error("stopped")))),
        },
        deaf: { ...HANGS, ...SURE },
        fails: { ...REVERSIBLE, run: ({ clock }) => failLater(clock, 10, new Error("broken")) },
      },
      schedule: "eager",
    },
    async (rig) => {
      const result = await rig.run([
        ...["heeds", "sure", "deaf"].map((tool) => call(tool, tool)),
        call("bad", "fails"),
      ]);
      assertEqual(
        result.results.slice(0, 3).map(({ reason }) => [reason?.code, reason?.outcome]),
        [
          ["canceled", "unknown"],
          ["canceled", undefined],
          ["in_doubt", "unknown"],
        ],
      );
    },
  ),

  rule(
    "[4.4] a plain error with a status of 4xx is terminal, but for 408, 425 and 429",
    {
      tools: {
        gone: withStatus({ status: 404 }),
        code: withStatus({ statusCode: 400 }),
        answer: withStatus({ response: { status: 403 } }),
        late: withStatus({ status: 408 }),
        early: withStatus({ status: 425 }),
        many: withStatus({ statusCode: 429 }),
        down: withStatus({ response: { status: 503 } }),
        odd: withStatus({ status: "404" }),
      },
    },
    async (rig) => {
      const names = ["gone", "code", "answer", "late", "early", "many", "down", "odd"];
      const { results } = await rig.run(names.map((name) => call(name, name, SKIP)));
      assertEqual(
        results.map(({ reason }) => reason?.class),
        [...Array<string>(3).fill("terminal"), ...Array<string>(5).fill("transient")],
      );
    },
  ),

  rule(
    "[5.2] a run that commits has left nothing open",
    { tools: { plain: throwing(new Error("x")) } },
    async (rig) => {
      const result = await rig.run([call("a", "plain", SKIP)]);
      assertEqual(
        [result.status, result.external_effects, result.external_effects_remain, result.results[0]?.reason?.outcome],
        ["committed", "none", false, "unknown"],
      );
    },
  ),
];
