import { type ErrorClass, ToolError } from "@car/ir";
import { assertEqual } from "../../assert.js";
import { call, RETRY, REVERSIBLE, SKIP } from "./actions.js";
import { countOf, endings, outcomes } from "./looks.js";
import { forever, rule, type Rule, type ToolUnderTest } from "./rig.js";

const failing = (error: unknown): ToolUnderTest => ({
  ...REVERSIBLE,
  run: () => {
    throw error;
  },
});

/** Fails with a class until the n-th call. */
const failingUntil = (n: number, more: Partial<ToolUnderTest> = {}): ToolUnderTest => ({
  ...REVERSIBLE,
  ...more,
  run: ({ count }) => {
    if (count < n) throw new ToolError("busy", { class: "transient" });
    return "done";
  },
});

const ofClass = (errorClass: ErrorClass): ToolUnderTest => failing(new ToolError("no", { class: errorClass }));
const answering = (value: unknown): ToolUnderTest => ({ ...REVERSIBLE, run: () => value });
const HANGS: ToolUnderTest = { run: () => forever() };
const HALF = { random: () => 0.5 };
const timesOf = (calls: readonly string[]): readonly number[] => calls.map((text) => Number(text.split(" ")[0]));

/** 4.4 and 4.5: what kind of failure it is, and which ones are tried again. */
export const FAILURE_RULES: readonly Rule[] = [
  rule(
    "[4.4] what is thrown without a class is transient; a `ToolError` carries its class",
    { tools: { plain: failing(new Error("x")), text: failing("x"), gone: ofClass("not_found") } },
    async (rig) => {
      const { results } = await rig.run([call("a", "plain", SKIP), call("b", "text", SKIP), call("c", "gone", SKIP)]);
      assertEqual(
        results.map(({ reason }) => reason?.class),
        ["transient", "transient", "not_found"],
      );
    },
  ),

  rule(
    "[4.4] a rejected promise is a failure like a throw",
    { tools: { t: { run: () => Promise.reject(new Error("x")) } } },
    async (rig) => {
      assertEqual(endings(await rig.run([call("a", "t")])), ["failed failed"]);
    },
  ),

  rule(
    "[4.4] `{error}` as the whole answer and the `isError` flag are failures, terminal without a class",
    {
      tools: {
        text: answering({ error: "no such file" }),
        flag: answering({ isError: true, content: [] }),
        data: answering({ error: null, rows: 3 }),
      },
    },
    async (rig) => {
      const result = await rig.run([call("a", "text", SKIP), call("b", "flag", SKIP), call("c", "data", SKIP)]);
      assertEqual(endings(result), ["skipped failed", "skipped failed", "succeeded -"]);
      assertEqual(
        result.results.slice(0, 2).map(({ reason }) => reason?.class),
        ["terminal", "terminal"],
        "classes",
      );
    },
  ),

  rule("[4.5] only `retry` makes more than one attempt", { tools: { t: failingUntil(9) } }, async (rig) => {
    assertEqual(outcomes(await rig.run([call("a", "t", SKIP), call("b", "t")])), [
      "a skipped failed 1",
      "b failed failed 1",
    ]);
  }),

  rule(
    "[4.5] transient failures are tried again, up to `max_retries` more times",
    { tools: { t: failingUntil(3), u: failingUntil(9) } },
    async (rig) => {
      assertEqual(outcomes(await rig.run([call("a", "t", RETRY)])), ["a succeeded - 3"], "in the end it works");
      assertEqual(
        outcomes(await rig.run([call("b", "u", { ...RETRY, max_retries: 2 })])),
        ["b failed failed 3"],
        "it never works",
      );
      assertEqual(countOf(rig, "action_retrying"), 4, "retries logged");
    },
  ),

  rule(
    "[4.5] the host's limit clamps `max_retries`",
    { tools: { t: failingUntil(9) }, limits: { max_retries: 1 } },
    async (rig) => {
      assertEqual(outcomes(await rig.run([call("a", "t", { ...RETRY, max_retries: 8 })])), ["a failed failed 2"]);
    },
  ),

  rule(
    "[4.5] other classes are not tried again, and abort",
    { tools: { a: ofClass("terminal"), b: ofClass("invalid"), c: ofClass("denied"), d: ofClass("not_found") } },
    async (rig) => {
      for (const tool of ["a", "b", "c", "d"]) {
        const result = await rig.run([call("x", tool, RETRY)]);
        assertEqual([result.status, ...outcomes(result)], ["rolled_back", "x failed failed 1"], tool);
      }
    },
  ),

  rule(
    "[4.5] delays double from 100 ms, with full jitter from the random source",
    { tools: { t: failingUntil(4) }, ...HALF },
    async (rig) => {
      await rig.run([call("a", "t", RETRY)]);
      assertEqual(timesOf(rig.calls), [0, 50, 150, 350]);
    },
  ),

  rule(
    "[4.5] delays are capped at 30 s",
    { tools: { t: failingUntil(13) }, ...HALF, limits: { max_retries: 12 } },
    async (rig) => {
      await rig.run([call("a", "t", { ...RETRY, max_retries: 12 })]);
      const times = timesOf(rig.calls);
      const delays = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      assertEqual(delays.slice(7), [6_400, 12_800, 15_000, 15_000, 15_000]);
    },
  ),

  rule(
    "[4.5] `retry_after_ms` is honoured",
    {
      tools: {
        t: {
          ...REVERSIBLE,
          run: ({ count }) =>
            count === 1 ? Promise.reject(new ToolError("wait", { class: "transient", retryAfterMs: 700 })) : 1,
        },
      },
      ...HALF,
    },
    async (rig) => {
      await rig.run([call("a", "t", RETRY)]);
      assertEqual(timesOf(rig.calls), [0, 700]);
    },
  ),

  rule(
    "[4.5] after a timeout only the host's word allows another attempt",
    {
      tools: { blind: HANGS, idempotent: { ...HANGS, idempotent: true }, reversible: { ...HANGS, ...REVERSIBLE } },
      ...HALF,
    },
    async (rig) => {
      const more = { ...RETRY, timeout_ms: 10, max_retries: 1, idempotent: true };
      assertEqual(outcomes(await rig.run([call("a", "blind", more)])), ["a failed in_doubt 1"], "neither");
      assertEqual(outcomes(await rig.run([call("b", "idempotent", more)])), ["b failed timeout 2"], "idempotent");
      assertEqual(
        outcomes(await rig.run([call("c", "reversible", { ...more, idempotent: false })])),
        ["c failed timeout 2"],
        "reversible",
      );
    },
  ),

  rule("[4.5] what is exhausted aborts like `abort`", { tools: { t: failingUntil(9) } }, async (rig) => {
    const result = await rig.run([
      call("a", "t", { ...RETRY, max_retries: 1 }),
      call("b", "t", { dependencies: ["a"] }),
    ]);
    assertEqual(
      [result.status, ...endings(result)],
      ["rolled_back", "failed failed", "skipped dependency_unsuccessful"],
    );
  }),
];
