import { type ReplacedRun, RuntimeClosedError } from "@car/ir";
import { errorOf } from "../time/bounded-wait.js";
import { askReplan, type Halt } from "./ask-replan.js";
import { placeAfterLast, recordExhausted, recordRequested, recordSucceeded } from "./record-chain.js";
import { maxReplansOf, type ReplanResult } from "./replan-options.js";
import { type Chain, type ChainOptions, lastTry, type ReplanServices } from "./replan-services.js";
import { tryProposal } from "./try-proposal.js";

/**
 * Executes a proposal, and as long as it fails asks for another one. Each try is a run of its own: what failed is undone
 * before the callback is asked.
 * @throws `ConfigInvalidError`; otherwise rejects only as `execute` does, and only for the first proposal.
 */
export async function executeWithReplan(
  services: ReplanServices,
  first: unknown,
  options: ChainOptions,
): Promise<ReplanResult> {
  const chain: Chain = { services, options, maxReplans: maxReplansOf(options), tries: [] };
  await tryProposal(chain, first);
  let place: ReplacedRun | undefined;
  for (;;) {
    const ended = endOfRun(chain);
    if (ended !== undefined) return end(chain, place, ended);
    const attempt = (place?.attempt ?? 0) + 1;
    const halt = await replanOnce(chain, attempt);
    if ("stop" in halt) return end(chain, placeAfterLast(chain, halt.asked), halt);
    place = halt;
  }
}

/** Why the chain ends with its last run, if it does. */
function endOfRun(chain: Chain): Halt | undefined {
  const { status } = lastTry(chain).result;
  switch (status) {
    case "committed":
    case "suspended":
      return { stop: status };
    case "canceled":
      if (chain.options.signal?.aborted === true || !chain.services.closing.aborted) return { stop: "canceled" };
      return { stop: "runtime_failed", error: new RuntimeClosedError("the runtime is closed") };
    case "rolled_back":
    case "rejected":
      return undefined;
  }
}

/** Asks for the next proposal and tries it. Gives its place in the chain, or why there is no next try. */
async function replanOnce(chain: Chain, attempt: number): Promise<ReplacedRun | (Halt & { readonly asked: number })> {
  if (attempt > chain.maxReplans) return { stop: "replans_exhausted", asked: attempt - 1 };
  const place = placeAfterLast(chain, attempt);
  const logError = recordRequested(chain, attempt);
  if (logError !== undefined) return { stop: "runtime_failed", error: logError, asked: attempt };
  const answer = await askReplan(chain, attempt);
  if ("stop" in answer) return { ...answer, asked: attempt };
  try {
    const tried = await tryProposal(chain, answer.proposal, place);
    return "result" in tried ? place : { stop: "repeated_proposal", hash: tried.repeatedHash, asked: attempt };
  } catch (error) {
    return { stop: "runtime_failed", error: errorOf(error), asked: attempt };
  }
}

/** Puts the end of the chain into the log, if a replan was ever due, and the result together. */
async function end(chain: Chain, place: ReplacedRun | undefined, halt: Halt): Promise<ReplanResult> {
  const { stop, error } = halt;
  if (place !== undefined) await recordEnd(chain, place, halt);
  return {
    stop,
    result: lastTry(chain).result,
    tries: chain.tries,
    externalEffectsRemain: chain.tries.some(({ result }) => result.external_effects_remain),
    ...(error === undefined ? {} : { error }),
  };
}

/** A chain whose last run is suspended has not ended. */
function recordEnd(chain: Chain, place: ReplacedRun, { stop, hash }: Halt): Promise<void> | undefined {
  if (stop === "suspended") return undefined;
  if (stop === "committed") return recordSucceeded(chain, place);
  return recordExhausted(chain, { attempt: place.attempt, stop, hash });
}
