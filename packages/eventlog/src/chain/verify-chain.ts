import { CarError, type CarEvent } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { LogHead } from "@car/ir/ports";
import type { ChainProblem, ChainReport } from "./chain-report.js";
import { ChainWalk, type ChainWalkOptions } from "./chain-walk.js";
import { type HeadVerifier, verifyHead } from "./head-signature.js";

/** What `verifyChain` compares the events with. */
export interface VerifyChainOptions extends ChainWalkOptions {
  /** The head the events must end with, or its bare hash. Without it a missing end cannot be seen. */
  readonly head?: LogHead | string;
  /** Checks the head's signature; then a head without one is a problem. */
  readonly verifySignature?: HeadVerifier;
}

const OPTIONS = [
  "head",
  "verifySignature",
  "partial",
  "after",
  "redacted",
  "sha256",
] as const satisfies readonly (keyof VerifyChainOptions)[];

/**
 * Recomputes the chain and reports the first edit, removal, repetition, reordering or truncation. The events are
 * streamed; nothing is kept. A `LogCorruptError` from the source is reported as `unreadable`; other errors pass.
 */
export async function verifyChain(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  options: VerifyChainOptions = {},
): Promise<ChainReport> {
  assertKnownOptions(options, OPTIONS, "verifyChain");
  const walk = new ChainWalk(options);
  const problem = (await eventProblem(events, walk)) ?? (await headProblem(walk, options));
  return walk.report(problem);
}

async function eventProblem(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  walk: ChainWalk,
): Promise<ChainProblem | undefined> {
  try {
    for await (const event of events) {
      const problem = walk.take(event);
      if (problem !== undefined) return problem;
    }
    return undefined;
  } catch (error) {
    if (!CarError.isInstance(error) || error.code !== "CAR_LOG_CORRUPT") throw error;
    return walk.problem("unreadable", error.message);
  }
}

async function headProblem(walk: ChainWalk, options: VerifyChainOptions): Promise<ChainProblem | undefined> {
  const { head, verifySignature } = options;
  if (head !== undefined) {
    const problem = mismatch(walk, head);
    if (problem !== undefined) return problem;
  }
  if (verifySignature === undefined) return undefined;
  const isSigned = typeof head === "object" && (await verifyHead(head, verifySignature));
  if (isSigned) return undefined;
  return { seq: walk.head.seq, code: "signature_invalid", message: "the head has no signature that verifies" };
}

function mismatch(walk: ChainWalk, head: LogHead | string): ChainProblem | undefined {
  const { seq, hash } = walk.head;
  const expected = typeof head === "string" ? { seq, hash: head } : head;
  if (expected.seq > seq) return walk.problem("truncated", `the events end at ${seq}, the head is ${expected.seq}`);
  if (expected.seq < seq) return { seq, code: "head_mismatch", message: `events follow the head ${expected.seq}` };
  if (expected.hash === hash) return undefined;
  return { seq, code: "head_mismatch", message: "the last event is not the head" };
}
