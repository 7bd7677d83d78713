import type { ActionProposal, Reason } from "@car/ir";
import type { Host, RunRequest } from "../run/host.js";
import type { ReplanOptions, ReplanTry } from "./replan-options.js";

/** What chains of replans need from their runtime. */
export interface ReplanServices {
  readonly host: Host;
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
export interface ChainOptions extends RunRequest, ReplanOptions {}

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
