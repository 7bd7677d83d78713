import type fc from "fast-check";
import type { ActionDraft } from "./actions.js";
import type { CallDraft } from "./calls.js";
import { weighted } from "./values.js";

/** What the drafts of a case have in common. */
export type Mood = "calm" | "rough" | "repetitive";

/** Mostly calm: in rough cases so much goes wrong that runs end early; repetitive ones make equal calls. */
export const MOODS: fc.Arbitrary<Mood> = weighted<Mood>([6, "calm"], [2, "rough"], [2, "repetitive"]);

/** The drafts as they are in this mood. */
export function draftsIn(mood: Mood, drafts: readonly ActionDraft[]): readonly ActionDraft[] {
  switch (mood) {
    case "rough":
      return drafts;
    case "calm":
      return drafts.map((draft) => (draft.isRisky ? draft : calmed(draft)));
    case "repetitive":
      return drafts.map((draft) => repeated(draft.isRisky ? draft : calmed(draft)));
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
