import type { ActionProposal, ProposalResult } from "@car/ir";
import type { Clock, Logger, Memory } from "@car/ir/ports";
import type { Recorder } from "./evidence/recorder.js";

/** What a runtime does with its memory. Nothing here rejects: what the memory throws is logged. */
export interface MemoryLink {
  /** Tells it of a finished run, after `execute` has answered. */
  tell(result: ProposalResult, proposal: ActionProposal | undefined): void;
  /** Settles when the memory was told of every run finished so far, and has learned from them. */
  idle(): Promise<void>;
}

/** What the link joins. */
export interface MemoryLinkParts {
  readonly memory: Memory | undefined;
  readonly logger: Logger;
  readonly recorder: Recorder;
  readonly clock: Clock;
}

/** Links a runtime with its memory, if there is one. */
export function memoryLink({ memory, logger, recorder, clock }: MemoryLinkParts): MemoryLink {
  if (memory === undefined) return { tell: () => undefined, idle: () => Promise.resolve() };
  memory.onLesson?.(({ kind, data }) => {
    try {
      recorder.recordOutside(kind, clock.now(), data);
    } catch (error) {
      logger.error({ error, kind }, "the event log failed");
    }
  });
  const telling = new Set<Promise<void>>();
  return {
    tell(result, proposal) {
      const told = Promise.resolve()
        .then(() => memory.recordOutcome(result, proposal))
        .catch((error: unknown) =>
          logger.error({ error, run_id: result.run_id }, "the memory failed to record an outcome"),
        )
        .finally(() => telling.delete(told));
      telling.add(told);
    },
    async idle() {
      await Promise.all(telling);
      try {
        await memory.idle();
      } catch (error) {
        logger.error({ error }, "the memory failed in the background");
      }
    },
  };
}
