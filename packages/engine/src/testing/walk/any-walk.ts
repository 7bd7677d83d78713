import type { ProposalInput } from "@car/ir";
import fc from "fast-check";
import type { Ending, Script } from "./outside.js";

type ActionInput = ProposalInput["actions"][number];

/** What a walk begins with. */
export interface WalkSetting {
  readonly isDurable: boolean;
  readonly isLogSlow: boolean;
  readonly isPolicySlow: boolean;
  /** Runs whose end the log does not take can be noted as given up. */
  readonly takesNotes: boolean;
  readonly asks: "nobody" | "approver" | "store" | "both";
  readonly maxConcurrency: number;
  readonly budget: object | undefined;
}

/** Something that happens from outside. Numbers name one of what there is at that moment. */
export type Step =
  | { readonly do: "execute"; readonly plan: PlanDraft; readonly signal: boolean; readonly who: string }
  | { readonly do: "child"; readonly call: number; readonly plan: PlanDraft; readonly awaited: boolean }
  | { readonly do: "end"; readonly call: number; readonly ending: Ending }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "abort"; readonly run: number }
  | { readonly do: "approve"; readonly request: number; readonly answer: "yes" | "no" | "fail" }
  | { readonly do: "decide"; readonly request: number; readonly approved: boolean; readonly sticky: boolean }
  | { readonly do: "resume"; readonly run: number; readonly canceled: boolean }
  | { readonly do: "change_policy"; readonly tool: string; readonly mood: Mood }
  | { readonly do: "revoke"; readonly tool: string }
  | { readonly do: "set"; readonly key: string }
  | { readonly do: "break_log"; readonly after: number }
  | { readonly do: "kill"; readonly share: number; readonly unfinished: "resume" | "rollback" }
  | { readonly do: "close" };

/** What the policy says of a tool. */
export type Mood = "allow" | "deny" | "ask" | "ask_otherwise" | "throw";

/** A proposal, before it has names. */
export type PlanDraft = readonly ActionInput[];

/** One walk of the machine. A step that is not `calm` is followed by the next in the same turn. */
export interface Walk {
  readonly setting: WalkSetting;
  readonly scripts: readonly Script[];
  readonly steps: readonly (readonly [step: Step, calm: boolean])[];
}

const TOOLS = [
  "read",
  "kept",
  "pay",
  "put",
  "sure",
  "one",
  "few",
  "rare",
  "book",
  "hold",
  "agent",
  "edit",
  "draft",
  "trace",
] as const;
/** Whose compensation is the host's. */
const OWN_UNDO: ReadonlySet<string> = new Set(["book", "hold", "edit", "draft"]);
const KEYS = ["k0", "k1"] as const;

const anyTool = fc.constantFrom(...TOOLS);
const seldom = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const anyAction = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: anyTool },
    { weight: 2, arbitrary: fc.constantFrom("write" as const, "look" as const, "assert" as const) },
  ),
  back: fc.array(fc.nat({ max: 3 }), { maxLength: 2 }),
  onFailure: fc.constantFrom("abort" as const, "abort" as const, "retry" as const, "skip" as const),
  key: fc.constantFrom(...KEYS),
  n: fc.nat({ max: 1 }),
  refers: fc.boolean(),
  timeout: seldom(fc.constant(30)),
  idempotent: seldom(fc.constant(true)),
  undo: seldom(fc.constantFrom("tool" as const, "action" as const)),
});

const anyPlan: fc.Arbitrary<PlanDraft> = fc
  .array(anyAction, { minLength: 1, maxLength: 5 })
  .map((drafts) => drafts.flatMap((draft, index) => actionsOf(draft, index)));

function actionsOf(draft: typeof anyAction extends fc.Arbitrary<infer T> ? T : never, index: number): ActionInput[] {
  const { kind, key, n } = draft;
  const id = `a${index}`;
  const dependencies = [...new Set(draft.back.map((back) => index - 1 - back).filter((at) => at >= 0))].map(
    (at) => `a${at}`,
  );
  const common = { id, dependencies, failure_behavior: draft.onFailure, max_retries: 2 };
  if (kind === "write") return [{ ...common, type: "state_write", parameters: { key, value: index } }];
  if (kind === "look") return [{ ...common, type: "state_read", parameters: { key } }];
  if (kind === "assert")
    return [{ ...common, type: "assertion", parameters: { key, operator: "exists", expected: null } }];
  const from = draft.refers && dependencies.length > 0 ? { from: `$${dependencies[0]!}.output` } : {};
  const call: ActionInput = {
    ...common,
    type: "tool_call",
    tool: kind,
    parameters: { n, ...from },
    ...(draft.timeout === undefined ? {} : { timeout_ms: draft.timeout }),
    ...(draft.idempotent === true ? { idempotent: true } : {}),
  };
  if (draft.undo === undefined || OWN_UNDO.has(kind)) return [call];
  if (draft.undo === "tool") return [{ ...call, compensation: { type: "tool", tool: "sms", parameters: { n } } }];
  const standby: ActionInput = { id: `u${index}`, type: "tool_call", tool: "sms", parameters: { n } };
  return [{ ...call, compensation: { type: "action_ref", action_id: standby.id } }, standby];
}

const anyEnding = fc.constantFrom<Ending>(
  "answer",
  "answer",
  "answer",
  "refuse",
  "refuse_transient",
  "refuse_transient",
  "throw",
  "throw_status",
  "throw_odd",
  "report",
  "bad_output",
  "terminal",
);

const anyScript: fc.Arbitrary<Script> = fc.record({
  at: fc.oneof(
    { weight: 5, arbitrary: fc.constant("later" as const) },
    { weight: 3, arbitrary: fc.constant("answer" as const) },
    { weight: 1, arbitrary: anyEnding },
  ),
  acts: fc.constantFrom("at_once" as const, "in_the_end" as const, "never" as const),
  heeds: fc.boolean(),
  mischief: seldom(fc.constantFrom("abort" as const, "revoke" as const, "spend" as const)),
});

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("execute" as const),
      plan: anyPlan,
      signal: fc.constantFrom(true, true, false),
      who: fc.constantFrom("ann", "ann", "bob"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("child" as const),
      call: fc.nat(),
      plan: anyPlan,
      awaited: fc.boolean(),
    }),
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constant("end" as const), call: fc.nat(), ending: anyEnding }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 10, 40, 150) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("abort" as const), run: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("approve" as const),
      request: fc.nat(),
      answer: fc.constantFrom("yes" as const, "yes" as const, "no" as const, "fail" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("decide" as const),
      request: fc.nat(),
      approved: fc.boolean(),
      sticky: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("resume" as const),
      run: fc.nat(),
      canceled: seldom(fc.constant(true)).map(Boolean),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("change_policy" as const),
      tool: fc.constantFrom(...TOOLS, "sms"),
      mood: fc.constantFrom<Mood>("allow", "deny", "ask", "ask", "ask_otherwise", "throw"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("revoke" as const), tool: fc.constantFrom(...TOOLS, "free") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("set" as const), key: fc.constantFrom(...KEYS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("break_log" as const), after: fc.nat({ max: 12 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("kill" as const),
      share: fc.constantFrom(0, 0.5, 1),
      unfinished: fc.constantFrom("resume" as const, "resume" as const, "rollback" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const) }) },
);

const anyBudget = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        max_tool_calls: fc.integer({ min: 1, max: 8 }),
        max_duration_ms: fc.constantFrom(20, 100),
        counters: fc.constant({ usd: 2 }),
        on_exceeded: fc.constantFrom("commit" as const, "rollback" as const),
        scope: fc.constantFrom("call" as const, "session" as const),
      },
      { requiredKeys: [] },
    ),
  },
);

const anySetting: fc.Arbitrary<WalkSetting> = fc.record({
  isDurable: fc.boolean(),
  isLogSlow: fc.boolean(),
  isPolicySlow: seldom(fc.constant(true)).map(Boolean),
  takesNotes: fc.boolean(),
  asks: fc.constantFrom("nobody" as const, "approver" as const, "store" as const, "both" as const),
  maxConcurrency: fc.constantFrom(256, 256, 2),
  budget: anyBudget,
});

/** Any walk: what there is, what tools do, and what happens. A few tools are enough, and then they get in each other's way. */
export const anyWalk: fc.Arbitrary<Walk> = fc
  .record({
    setting: anySetting,
    palette: fc.uniqueArray(anyTool, { minLength: 1, maxLength: 3 }),
    scripts: fc.array(anyScript, { minLength: 1, maxLength: 8 }),
    steps: fc.array(fc.tuple(anyStep, fc.boolean()), { minLength: 2, maxLength: 40 }),
  })
  .map(({ setting, scripts, palette, steps }) => {
    const painted = steps.map(([step, calm]) => [paint(step, palette), calm] as const);
    return { setting, scripts, steps: painted };
  });

function paint(step: Step, palette: readonly string[]): Step {
  const paintTool = (tool: string): string => {
    const at = TOOLS.indexOf(tool as (typeof TOOLS)[number]);
    return at < 0 ? tool : palette[at % palette.length]!;
  };
  switch (step.do) {
    case "execute":
    case "child":
      return {
        ...step,
        plan: step.plan.map((action) =>
          action.type === "tool_call" ? { ...action, tool: paintTool(action.tool) } : action,
        ),
      };
    case "change_policy":
    case "revoke":
      return { ...step, tool: paintTool(step.tool) };
    default:
      return step;
  }
}
