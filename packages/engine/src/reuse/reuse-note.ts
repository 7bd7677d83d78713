import type { Outcome } from "../run/outcome.js";
import type { RecordedWrite } from "./recorded-answer.js";

/** What receipts and caches remember about one action. */
export interface ReuseNote {
  /** Where its answer came from, when it was not called itself. */
  servedFrom: "receipt" | "cache" | undefined;
  /** Writes that came with that answer. */
  writes: readonly RecordedWrite[] | undefined;
  /** The receipt that a success of this call leaves. */
  receipt: { readonly key: string; readonly lasting: boolean } | undefined;
  /** Fill, or give up, what others wait for; told of the action's end. */
  onEnd: ((outcome: Outcome) => void)[] | undefined;
}

/** A note of nothing yet. */
export function emptyReuseNote(): ReuseNote {
  return { servedFrom: undefined, writes: undefined, receipt: undefined, onEnd: undefined };
}
