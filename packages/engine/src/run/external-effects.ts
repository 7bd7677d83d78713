import type { ExternalEffects } from "@car/ir";
import { isExternal } from "../dispatch/external.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";

/** What a run that did not commit may have left outside the state store, the runs of its tools included. */
export function externalEffectsOf(run: Run): ExternalEffects {
  let worst: ExternalEffects = "none";
  for (const slot of run.board.slots) worst = worse(worst, worse(ofSlot(run, slot), leftByRunsOf(run, slot)));
  return worst;
}

/** What the runs that an action's tool has started may have left. */
export function leftByRunsOf({ extras }: Run, slot: Slot): ExternalEffects {
  const { notes } = slot;
  let worst: ExternalEffects = notes?.hasLostChildren === true ? "unknown" : "none";
  for (const child of notes?.children ?? []) worst = worse(worst, externalEffectsOf(child));
  for (const child of extras.children ?? []) if (child.request.parent?.slot === slot) worst = worse(worst, "unknown");
  return worst;
}

const RANK: Readonly<Record<ExternalEffects, number>> = { none: 0, unknown: 1, remain: 2 };

function worse(left: ExternalEffects, right: ExternalEffects): ExternalEffects {
  return RANK[right] > RANK[left] ? right : left;
}

function ofSlot(run: Run, slot: Slot): ExternalEffects {
  const { sideEffect, notes } = slot;
  if (notes?.compensated === false) return "remain";
  // What came from a receipt or a cache was done by somebody else, who answers for it.
  if (sideEffect === "none" || !isExternal(run, slot)) return "none";
  if (notes?.compensated === true) return notes.unansweredAtUndo > 0 ? "unknown" : "none";
  return sideEffect === "acted" ? "remain" : "unknown";
}
