import type { ProposalResult } from "@car/ir";
import { canonicalJson } from "@car/ir";
import type { InferenceToolCall } from "@car/ir/ports";
import type { AgentTurn } from "./agent-options.js";

/** Codes of refusals by those who may refuse: asking again changes nothing. */
const DENIALS: ReadonlySet<string> = new Set([
  "policy_denied",
  "capability_denied",
  "approval_denied",
  "approval_required",
]);

/** Notices a model that asks for the same thing again and again. */
export class Progress {
  private readonly maxRepeats: number;
  /** How often the same calls came to nothing. As many entries as there were turns, at most. */
  private readonly counts = new Map<string, number>();

  /** Answers in a row that were not whole. */
  private unusable = 0;

  constructor(maxRepeats: number) {
    this.maxRepeats = maxRepeats;
  }

  /** Counts an answer that was not whole; true when it was one too many. */
  noteUnusable(): boolean {
    this.unusable += 1;
    return this.unusable >= this.maxRepeats;
  }

  noteUsable(): void {
    this.unusable = 0;
  }

  /** Why to stop after this turn, if the same calls have come to nothing too often. */
  stopAfter(turn: AgentTurn): "policy_denied_repeatedly" | "no_progress" | undefined {
    const codes = codesOfFailure(turn);
    if (codes === undefined) return undefined;
    const key = contentOf(turn.calls);
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    if (count < this.maxRepeats) return undefined;
    return codes.some((code) => DENIALS.has(code)) ? "policy_denied_repeatedly" : "no_progress";
  }
}

/** Why the whole turn came to nothing; `undefined` when something of it stands. */
function codesOfFailure({ problems, result }: AgentTurn): readonly string[] | undefined {
  if (problems.length > 0) return problems.map(({ code }) => code);
  if (result === undefined || hasEffect(result)) return undefined;
  return result.results.flatMap(({ reason }) => (reason === undefined ? [] : [reason.code]));
}

function hasEffect({ status, results }: ProposalResult): boolean {
  return status === "committed" && results.some((each) => each.status === "succeeded");
}

/** What the calls ask for, whatever their ids. */
function contentOf(calls: readonly InferenceToolCall[]): string {
  return canonicalJson(calls.map(({ name, arguments: input }) => [name, input]));
}
