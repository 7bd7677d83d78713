import { collectEvents } from "@car/conformance/internal";
import type { PolicyEngine, ToolContext } from "@car/ir/ports";
import { type CarEvent, type JsonObject, type JsonValue, payloadOf, ToolError } from "@car/ir";
import {
  denyFlow,
  endorse,
  maxCalls,
  mustPrecede,
  neverAfter,
  neverTogether,
  type PolicyRule,
  rateLimitTool,
  requireApproval,
  rulePolicy,
  separationOfDuties,
  trustedOnly,
  withShadow,
} from "@car/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Session } from "../session/session.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { replayDecisions } from "./replay-decisions.js";
import { replayRuns } from "./replay-runs.js";

const CASES = Number(process.env["CAR_SESSION_CASES"] ?? 60);

const RULES: readonly PolicyRule[] = [
  denyFlow({ from: "web", to: "mail" }),
  trustedOnly({ tool: "mail", param: "to" }),
  endorse({ tool: "clean", removes: "web" }),
  maxCalls({ tool: "mail", max: 2 }),
  maxCalls({ tool: "look", max: 2, per: "proposal" }),
  mustPrecede({ first: "look", then: "mail" }),
  neverAfter({ first: "secret", then: "mail" }),
  neverTogether({ tools: ["secret", "sub"] }),
  separationOfDuties({ tools: ["look", "mail"], param: "to" }),
  rateLimitTool({ tool: "look", maxCalls: 2, intervalMs: 40 }),
  requireApproval({ tool: "secret" }),
];

const NAMES = ["fetch", "look", "mail", "clean", "cached", "flaky", "broken", "keep", "secret", "sub", "own"] as const;
const TEXTS = ["ann@example.com", "eve@evil.example", "a page from the web", "nothing of it"] as const;

interface Part {
  readonly tool: (typeof NAMES)[number];
  readonly to: string;
  readonly refers: boolean;
  readonly ms: number;
  readonly skips: boolean;
}

interface Step {
  readonly session: number;
  readonly kind: "run" | "say" | "show";
  readonly parts: readonly Part[];
  readonly text: string;
  readonly isAwaited: boolean;
}

const anyPart: fc.Arbitrary<Part> = fc.record({
  tool: fc.constantFrom(...NAMES),
  to: fc.constantFrom(...TEXTS),
  refers: fc.boolean(),
  ms: fc.nat({ max: 9 }),
  skips: fc.boolean(),
});

const anyStep: fc.Arbitrary<Step> = fc.record({
  session: fc.nat({ max: 2 }),
  kind: fc.constantFrom("run", "run", "run", "run", "say", "show"),
  parts: fc.array(anyPart, { minLength: 1, maxLength: 4 }),
  text: fc.constantFrom(...TEXTS),
  isAwaited: fc.boolean(),
});

const anyCase = fc.record({
  rules: fc.subarray([...RULES]),
  steps: fc.array(anyStep, { minLength: 1, maxLength: 8, size: "max" }),
});

/** A runtime on whose tools time passes. */
function world(policy: PolicyEngine) {
  let calls = 0;
  const made = testRuntime({
    policy,
    random: () => 0.5,
    approver: () => later(7, true),
    tools: [
      timed("fetch", () => ({ text: "a page from the web", to: "eve@evil.example" }), { source_label: "web" }),
      timed("look", ({ to = null }) => ({ to, who: "ann@example.com" }), {}),
      timed("mail", () => "sent", { reversibility: "irreversible", sink: true }),
      timed("clean", ({ to = null }) => ({ to }), {}),
      timed("cached", () => ({ text: "kept" }), { source_label: "web", cache_ttl_secs: 60 }),
      timed("flaky", (_given, { attempt }) => {
        if (attempt === 1) throw new ToolError("busy", { class: "transient" });
        return calls++;
      }),
      timed("broken", () => {
        throw new ToolError("never", { class: "invalid" });
      }),
      timed(
        "keep",
        ({ to }, { state }) => {
          const before = state.get("kept") ?? null;
          state.set("kept", to ?? null);
          return { before };
        },
        { effects: ["kept"] },
      ),
      timed("secret", () => "hidden"),
      {
        ...timed("sub", async ({ to }, context) => {
          const actions = [call("c", "fetch", { parameters: { ms: 2 } }), call("d", "mail", { parameters: { to } })];
          const result = await context.execute({
            actions: actions.map((each) => ({ ...each, failure_behavior: "skip" })),
          });
          return { status: result.status };
        }),
      },
      { ...timed("own", () => "labelled"), labels: () => ["own"] },
    ],
  });
  const later = <T>(ms: number, value: T): Promise<T> =>
    new Promise((resolve) => made.clock.setTimer(() => resolve(value), ms));
  function timed(
    name: string,
    body: (given: JsonObject, context: ToolContext) => JsonValue | Promise<JsonValue>,
    host: object = {},
  ) {
    return tool(
      name,
      async (given, context) => {
        await later(Number(given["ms"] ?? 1), undefined);
        return body(given, context);
      },
      { reversibility: "reversible", ...host },
    );
  }
  return made;
}

function proposalOf(parts: readonly Part[]) {
  return {
    actions: parts.map(({ tool: name, to, refers, ms, skips }, at) => {
      const given = refers && at > 0 ? `$a${at - 1}.output` : to;
      return call(`a${at}`, name, {
        parameters: { to: given, ms },
        idempotent: name === "cached" && skips,
        failure_behavior: name === "flaky" ? "retry" : skips ? "skip" : "abort",
      });
    }),
  };
}

async function recorded(policy: PolicyEngine, steps: readonly Step[]): Promise<readonly CarEvent[]> {
  const { runtime, clock } = world(policy);
  const sessions: readonly Pick<Session, "execute" | "say" | "show">[] = [
    runtime.session({ principal: "ann", request: "look at it and mail ann@example.com" }),
    runtime.session({ principal: "bob" }),
  ];
  const running: Promise<unknown>[] = [];
  for (const { session, kind, parts, text, isAwaited } of steps) {
    const place = sessions[session];
    if (kind === "say") place?.say(`mail to ${text}`);
    else if (kind === "show") place?.show({ text }, isAwaited ? ["web"] : []);
    else running.push((place ?? runtime).execute(proposalOf(parts)));
    await clock.advanceAsync(isAwaited ? 2_000 : 2);
  }
  let isOver = false;
  void Promise.all(running).then(() => (isOver = true));
  while (!isOver) await clock.advanceAsync(1_000);
  await runtime.close();
  return collectEvents(runtime.eventLog);
}

describe("sessions in a log", () => {
  it(
    `[RP-9] [RP-10] [7.6] ${CASES} times over any sessions and rules: the same events, and the same policy changes nothing`,
    { timeout: 600_000 },
    async () => {
      let decisions = 0;
      const law = fc.asyncProperty(anyCase, async ({ rules, steps }) => {
        const events = await recorded(rulePolicy(rules), steps);
        const again = await replayRuns(events);
        expect([again.divergences, again.skipped]).toEqual([[], []]);
        const anew = await replayRuns(events, { policy: rulePolicy(rules) });
        expect([anew.divergences, anew.skipped]).toEqual([[], []]);
        const asked = await replayDecisions(events, { policy: rulePolicy(rules) });
        expect([asked.changed, asked.undecided]).toEqual([[], []]);
        decisions += asked.decisions;
      });
      await fc.assert(law, { numRuns: CASES });
      expect(decisions).toBeGreaterThan(CASES);
    },
  );

  it(
    `[RP-6] [RP-9] [7.6] ${CASES} times another policy is asked what one on trial was asked when it was recorded`,
    { timeout: 600_000 },
    async () => {
      let differing = 0;
      const law = fc.asyncProperty(anyCase, fc.subarray([...RULES]), async ({ rules, steps }, others) => {
        // What is endorsed decides about labels, so both endorse the same.
        const tried = [...others.filter(({ type }) => type !== "endorse"), ...endorsing(rules)];
        const events = await recorded(withShadow(rulePolicy(rules), rulePolicy(tried)), steps);
        const { changed, undecided } = await replayDecisions(events, { policy: rulePolicy(tried) });
        expect(undecided).toEqual([]);
        const told = changed.map(({ seq, run_id, action_id, now }) => ({ seq, run_id, action_id, effect: now.effect }));
        const differ = events.flatMap((event) => shadowOf(event));
        differing += differ.length;
        for (const { seq, run_id, action_id, effect } of differ) {
          const isTold = told.some(
            (each) =>
              each.run_id === run_id && each.action_id === action_id && each.seq <= seq && each.effect === effect,
          );
          expect(isTold).toBe(true);
        }
        const decisions = new Set(events.filter(({ kind }) => kind === "policy_decided").map(({ seq }) => seq));
        const surplus = told.filter(({ seq }) => decisions.has(seq) && !differ.some((each) => each.seq === seq));
        expect(surplus).toEqual([]);
      });
      await fc.assert(law, { numRuns: CASES });
      expect(differing).toBeGreaterThan(CASES / 10);
    },
  );
});

const endorsing = (rules: readonly PolicyRule[]): readonly PolicyRule[] =>
  rules.filter(({ type }) => type === "endorse");

/** A decision that the policy on trial would have made differently. */
function shadowOf(event: CarEvent) {
  if (event.kind !== "policy_decided") return [];
  const { effect, shadow } = payloadOf(event);
  if (shadow === undefined || shadow.effect === effect) return [];
  const { seq, run_id = "", action_id = "" } = event;
  return [{ seq, run_id, action_id, effect: shadow.effect }];
}
