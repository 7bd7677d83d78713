import type { CueReader } from "../cues/read-cues.js";
import type { ImpliedChange } from "./implied-change.js";
import type { Store } from "./store.js";

/** What the operations on a memory share. */
export interface Core {
  /** Replaced as a whole by `forget`. */
  store: Store;
  readonly cues: CueReader;
  readonly rankOf: (authority: string) => number;
  /** Never goes backwards, whatever the clock does. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly maxBytes: number;
  readonly implied: ImpliedOptions;
  /** What text announced, by id. */
  readonly announced: Map<string, ImpliedChange>;
  /** Turns that announce a change, by conversation. */
  readonly announcing: Map<string, number[]>;
  /** Counts changes. */
  revision: number;
}

/** What is done about changes that only text announces. */
export interface ImpliedOptions {
  /** `off`: nothing. `propose`: they wait for `accept`. `apply`: sure ones take effect, and can be reverted. */
  readonly mode: "off" | "propose" | "apply";
  /** From which confidence on a change takes effect, from 0 to 1. */
  readonly threshold: number;
  /** Whether text may bring back a value that had been superseded. */
  readonly revive: boolean;
}
