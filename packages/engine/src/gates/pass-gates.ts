import { isThenable } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { askApproval } from "./approval.js";
import { authorize } from "./authorize.js";
import { deduplicate } from "./deduplicate.js";
import { type Gate, type GateVerdict, PARK, PROCEED } from "./gate.js";
import { limitRate } from "./rate.js";
import { resolveReferences } from "./references.js";
import { reserveBudget } from "./reserve-budget.js";
import { restrict } from "./restrict.js";
import { serveFromCache } from "./serve-from-cache.js";
import { validate } from "./validate.js";

/** The gates before an action's first attempt, in order. Permission comes before any stored answer (4.1). */
const FIRST: readonly Gate[] = [
  resolveReferences,
  restrict,
  validate,
  authorize,
  askApproval,
  deduplicate,
  serveFromCache,
  reserveBudget,
  limitRate,
];

/** The gates before each further attempt. */
const AGAIN: readonly Gate[] = [restrict, validate, authorize, askApproval, reserveBudget, limitRate];

/** The gates that are passed once more when a later one had to wait: permission may have changed meanwhile. */
const AFTER_WAIT: readonly Gate[] = [restrict, validate, authorize];

/** Takes an action through the gates. The first gate that stops it has the last word. */
export function passGates(run: Run, slot: Slot): GateVerdict | Promise<GateVerdict> {
  slot.waited = slot.attempts > 0;
  const verdict = passFrom(run, slot, slot.attempts === 0 ? FROM_FIRST : FROM_AGAIN);
  if (isThenable(verdict)) return Promise.resolve(verdict).then((answer) => recheck(run, slot, answer));
  return verdict;
}

/** A stored answer that was waited for is no licence either: it is served only to a caller that may still ask. */
function recheck(run: Run, slot: Slot, verdict: GateVerdict): GateVerdict | Promise<GateVerdict> {
  if (!slot.waited || verdict === PARK) return verdict;
  if (verdict !== PROCEED && verdict.status !== "succeeded") return verdict;
  const again = passFrom(run, slot, FROM_AFTER_WAIT);
  if (isThenable(again)) return Promise.resolve(again).then((answer) => (answer === PROCEED ? verdict : answer));
  return again === PROCEED ? verdict : again;
}

interface Position {
  readonly gates: readonly Gate[];
  readonly at: number;
}

/** The starts of the three ways; made once, as every action takes one. */
const FROM_FIRST: Position = { gates: FIRST, at: 0 };
const FROM_AGAIN: Position = { gates: AGAIN, at: 0 };
const FROM_AFTER_WAIT: Position = { gates: AFTER_WAIT, at: 0 };

function passFrom(run: Run, slot: Slot, { gates, at }: Position): GateVerdict | Promise<GateVerdict> {
  for (let index = at; index < gates.length; index++) {
    const verdict = gates[index]!(run, slot);
    if (verdict === PROCEED) continue;
    if (!isThenable(verdict)) return verdict;
    const { epoch } = slot;
    return verdict.then((answer) => {
      // A wait that was given up leads nowhere: whoever gave it up has ended the action already.
      if (answer !== PROCEED || slot.epoch !== epoch) return answer;
      return passFrom(run, slot, { gates, at: index + 1 });
    });
  }
  return PROCEED;
}
