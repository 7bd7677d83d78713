import type { ExternalEffects } from "@car/ir";
import { isExternal } from "../dispatch/call-tool.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";

/** What a run that did not commit may have left outside the state store, the runs of its tools included. */
export function externalEffectsOf(run: Run): ExternalEffects {
  let worst: ExternalEffects = "none";
  for (const slot of run.board.slots) {
    worst = worse(worst, ofSlot(run, slot));
    if (slot.notes?.hasLostChildren === true) worst = worse(worst, "unknown");
    for (const child of slot.notes?.children ?? []) worst = worse(worst, externalEffectsOf(child));
  }
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
  if (sideEffect === "none" || notes?.compensated === true || !isExternal(run, slot)) return "none";
  return sideEffect === "acted" ? "remain" : "unknown";
}
