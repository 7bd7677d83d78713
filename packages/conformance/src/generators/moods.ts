import type fc from "fast-check";
import type { ActionDraft } from "./actions.js";
import type { CallDraft } from "./calls.js";
import { weighted } from "./values.js";

/** What the drafts of a case have in common. */
export type Mood = "calm" | "rough" | "repetitive" | "hesitant" | "doomed";

/**
 * Mostly calm: in rough cases so much goes wrong that runs end early; repetitive ones make equal calls; in hesitant ones
 * somebody is asked about calls that are tried again; doomed ones do much and end with a failure that undoes it.
 */
export const MOODS: fc.Arbitrary<Mood> = weighted<Mood>(
  [12, "calm"],
  [4, "rough"],
  [4, "repetitive"],
  [2, "hesitant"],
  [3, "doomed"],
);

/** The drafts as they are in this mood. */
export function draftsIn(mood: Mood, drafts: readonly ActionDraft[]): readonly ActionDraft[] {
  switch (mood) {
    case "rough":
      return drafts;
    case "calm":
      return drafts.map((draft) => (draft.isRisky ? draft : calmed(draft)));
    case "repetitive":
      return drafts.map((draft) => repeated(draft.isRisky ? draft : calmed(draft)));
    case "hesitant":
      return drafts.map((draft) => retried(calmed(draft)));
    case "doomed":
      return drafts.map((draft, index) =>
        index === drafts.length - 1 && index > 0 ? failing(draft) : undoable(draft),
      );
  }
}

function calmed(draft: ActionDraft): ActionDraft {
  return {
    ...draft,
    // An assertion mostly fails.
    type: draft.type === "assertion" ? "state_read" : draft.type,
    tool: Math.max(draft.tool, 0),
    n: typeof draft.n === "number" ? draft.n : 0,
    precondition: undefined,
    stateDependency: undefined,
    assumption: undefined,
    links: draft.links.map((link) => (link.path === ".nowhere" ? { ...link, path: "" } : link)),
    calls: draft.calls.map((call, place) => calmedCall(call, draft.behaviour === "retry" && place === 0)),
  };
}

/** The first of several attempts may still fail, in a way that is retried. */
function calmedCall(call: CallDraft, isRetried: boolean): CallDraft {
  if (call.ending === "object" || call.ending === "scalar") return call;
  if (!isRetried) return { ...call, ending: "object" };
  // What a plain error leaves open may not be done again everywhere.
  return call.ending === "plain" ? { ...call, status: undefined } : { ...call, ending: "throw", class: "transient" };
}

/** Few tools, equal parameters, mostly idempotent: calls that can share an answer. */
function repeated(draft: ActionDraft): ActionDraft {
  return { ...draft, tool: draft.tool % 2, links: [], idempotent: draft.idempotent || !draft.isRisky };
}

/** Its first attempt fails, the next one need not. */
function retried(draft: ActionDraft): ActionDraft {
  const [first, ...rest] = draft.calls;
  if (first === undefined || draft.isRisky) return draft;
  const busy = { ...first, ending: "throw" as const, class: "transient" as const };
  return { ...draft, behaviour: "retry", tool: draft.tool % 2, calls: [busy, ...(rest.length === 0 ? [first] : rest)] };
}

/** Goes well unless it is risky, and can be undone in the model's own way. */
function undoable(draft: ActionDraft): ActionDraft {
  const undo = draft.undo ?? { how: "tool" as const, takes: "nothing" as const };
  return { ...calmed(draft), undo, ...(draft.isRisky ? { calls: draft.calls, behaviour: "skip" as const } : {}) };
}

function failing(draft: ActionDraft): ActionDraft {
  const condition = { ...draft.condition, operator: "resembles" };
  return {
    ...draft,
    type: "assertion",
    condition,
    keyFrom: undefined,
    links: [],
    rank: 5,
    dependencies: [0, 1],
    behaviour: "abort",
  };
}
