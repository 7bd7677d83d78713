import type { CueReader } from "../cues/read-cues.js";
import { type Store } from "../core/store.js";

/** Turns of one conversation by what they belong to. */
export interface Thread {
  /** Turns of the matter at hand. */
  readonly main: readonly number[];
  /** Interruptions that were ended by coming back, with the turns that open and close them. */
  readonly detours: readonly (readonly number[])[];
}

const SPEAKER_TAG = /^\s*\[[^\]]{1,60}\]:?\s*/;

/** Splits turns, in order, into the matter at hand and its interruptions. One that was never left is the matter at hand. */
export function threadOf(store: Store, turns: readonly number[], cues: CueReader): Thread {
  const main: number[] = [];
  const detours: number[][] = [];
  let open: number[] | undefined;
  for (const number of turns) {
    const node = store.entries[number]?.node;
    if (node === undefined) continue;
    const text = node.text.replace(SPEAKER_TAG, "");
    if (open !== undefined && cues.isResume(text)) {
      detours.push([...open, number]);
      open = undefined;
    } else if (open !== undefined) {
      open.push(number);
    } else if (main.length > 0 && cues.isDetour(text) && !cues.isEcho(node.speaker ?? "")) {
      open = [number];
    } else {
      main.push(number);
    }
  }
  return { main: open === undefined ? main : [...main, ...open], detours };
}
