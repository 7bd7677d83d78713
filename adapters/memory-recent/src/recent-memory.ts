import { MemoryClosedError, MemoryInvalidError, sha256Hex } from "@car/ir";
import { assertKnownOptions, assertOptionTypes, wellFormed } from "@car/ir/internal";
import type { Clock, Memory, MemoryContext, MemoryTurn, RecallOptions } from "@car/ir/ports";

/** What a recent memory needs. */
export interface RecentMemoryOptions {
  readonly clock: Pick<Clock, "now">;
  /** Turns kept. Default 50. */
  readonly turns?: number;
  /** Default: a quarter of the code points, rounded up. */
  readonly countTokens?: (text: string) => number;
}

interface Kept {
  readonly speaker: string;
  readonly line: string;
  readonly conversation: string;
  readonly time: number;
}

const OPTIONS = ["clock", "turns", "countTokens"] as const satisfies readonly (keyof RecentMemoryOptions)[];
const RECALL_OPTIONS = [
  "tokenBudget",
  "principal",
  "roles",
  "tenant",
] as const satisfies readonly (keyof RecallOptions)[];
const TURNS = 50;
const BREAKS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Remembers the last things said, whatever the query. Learns nothing, keeps nothing after the process. */
export function recentMemory(options: RecentMemoryOptions): Memory {
  assertKnownOptions(options, OPTIONS, "recentMemory");
  const { clock, turns = TURNS, countTokens = quarterOfCodePoints } = options;
  const kept: Kept[] = [];
  let said = 0;
  let closed = false;
  const check = (): void => {
    if (closed) throw new MemoryClosedError("the memory is closed");
  };
  return {
    version: () => String(said),
    observe(turn) {
      check();
      kept.push(keptTurn(turn, clock.now()));
      said += 1;
      if (kept.length > turns) kept.shift();
    },
    async recall(_query, options) {
      check();
      assertKnownOptions(options, RECALL_OPTIONS, "recall");
      assertOptionTypes(options, { tokenBudget: "number", principal: "string" });
      return contextOf(newestThatFit(kept, { tokenBudget: options.tokenBudget, countTokens }));
    },
    recordOutcome: () => check(),
    idle: async () => undefined,
    close: async () => {
      closed = true;
      kept.length = 0;
    },
  };
}

function keptTurn({ speaker, text, conversation = "main", time }: MemoryTurn, now: number): Kept {
  if (typeof speaker !== "string" || typeof text !== "string") {
    throw new MemoryInvalidError("a turn has a `speaker` and a `text`");
  }
  if (time !== undefined && !Number.isFinite(time)) throw new MemoryInvalidError("time must be in milliseconds");
  const line = wellFormed(`${speaker}: ${text}`.replace(BREAKS, " ")).trim();
  return { speaker, line, conversation, time: time ?? now };
}

/** In the order in which they were said. The first that does not fit ends it: a gap would mislead. */
function newestThatFit(
  kept: readonly Kept[],
  { tokenBudget, countTokens }: { readonly tokenBudget: number; readonly countTokens: (text: string) => number },
): readonly Kept[] {
  const chosen: Kept[] = [];
  let text = "";
  for (const turn of [...kept].reverse()) {
    const longer = text === "" ? turn.line : `${turn.line}\n${text}`;
    if (countTokens(longer) > tokenBudget) break;
    text = longer;
    chosen.unshift(turn);
  }
  return chosen;
}

function contextOf(chosen: readonly Kept[]): MemoryContext {
  const text = chosen.map(({ line }) => line).join("\n");
  const items = chosen.map(({ line, speaker, conversation, time }) => ({
    text: line,
    provenance: { speaker, conversation, time },
    labels: [],
  }));
  return { text, items, fingerprint: sha256Hex(text) };
}

function quarterOfCodePoints(text: string): number {
  return Math.ceil([...text].length / 4);
}
