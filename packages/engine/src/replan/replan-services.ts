import type { SessionState } from "../session/session-state.js";
import type { ActionProposal, Reason } from "@car/ir";
import type { RunStarter } from "../run/start-run.js";
import type { ExecuteOptions } from "../runtime.js";
import type { ReplanOptions, ReplanTry } from "./replan-options.js";

/** What chains of replans need from their runtime. */
export interface ReplanServices {
  readonly starter: RunStarter;
  /** Throws `RuntimeClosedError` or `RecoveryRequiredError` while no run may begin. */
  readonly assertReady: () => void;
  /** Aborts when the runtime is being closed. */
  readonly closing: AbortSignal;
  /** What verification finds that keeps the proposal from running as it stands. */
  readonly problemsOf: (
    proposal: ActionProposal,
    as: Pick<ChainOptions, "principal" | "session">,
  ) => Promise<readonly Reason[]>;
}

/** How one chain is run: what `execute` takes, the principal filled in, and the callback. */
export interface ChainOptions extends Omit<ExecuteOptions, "principal">, ReplanOptions {
  readonly principal: string;
  readonly session?: SessionState | undefined;
}

/** One chain of replans while it goes on. */
export interface Chain {
  readonly services: ReplanServices;
  readonly options: ChainOptions;
  readonly maxReplans: number;
  readonly tries: ReplanTry[];
}

/** The last proposal of a chain that has begun. */
export function lastTry({ tries }: Chain): ReplanTry {
  return tries[tries.length - 1]!;
}
