import {
  type ActionProposal,
  type JsonObject,
  proposalHash,
  type ProposalResult,
  type Reason,
  type ReplacedRun,
  RunUndecidedError,
} from "@car/ir";
import type { RunScope } from "@car/ir/ports";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { refusedResult } from "./refuse.js";
import { seal } from "./seal.js";
import type { Services } from "./services.js";

/** A proposal that never became a run, and why. */
export interface EarlyRefusal {
  readonly scope: RunScope;
  readonly principal: string;
  readonly config: ConfigSnapshot;
  /** `undefined` when the input could not be parsed. */
  readonly proposal: ActionProposal | undefined;
  readonly reasons: readonly Reason[];
  readonly startedAt: number;
  readonly replaces?: ReplacedRun | undefined;
}

/**
 * Logs the refusal and gives its result. A log that fails adds its own reason.
 * @throws `RunUndecidedError` (as a rejection) when recovery may find the proposal without its refusal.
 */
export async function refuseEarly(services: Services, refusal: EarlyRefusal): Promise<ProposalResult> {
  const { scope, proposal, principal, config, startedAt } = refusal;
  const time = services.clock.now();
  const hash = proposal === undefined ? "" : proposalHash(proposal);
  const parts = { ids: scope.action_ids, status: "rejected" as const, time, startedAt };
  const resultOf = (reasons: readonly Reason[]): ProposalResult => ({
    ...refusedResult({ ...parts, reasons }),
    proposal_id: scope.proposal_id,
    run_id: scope.run_id,
    trace_id: scope.trace_id,
    proposal_hash: hash,
  });
  const result = resultOf(refusal.reasons);
  const place = { scope, action: -1, attempt: 0, time };
  const { recorder } = services;
  let isFound = false;
  let failure: Reason | undefined;
  try {
    recorder.record({
      ...place,
      kind: "proposal_received",
      data: {
        // Input that does not parse has no canonical form to log; what was wrong with it is in the refusal.
        proposal: (proposal ?? {}) as unknown as JsonObject,
        proposal_hash: hash,
        principal,
        config_version: config.version,
        ...(refusal.replaces === undefined ? {} : { replaces: refusal.replaces }),
      },
    });
    isFound = true;
    recorder.record({ ...place, kind: "proposal_rejected", data: { reasons: refusal.reasons } });
    const { status, cost, external_effects, external_effects_remain, cause } = result;
    const completed = { status, cost, external_effects, external_effects_remain, cause };
    recorder.record({ ...place, kind: "proposal_completed", data: completed });
  } catch (error) {
    services.logger.error({ error }, "the event log failed");
    const message = `the event log failed: ${error instanceof Error ? error.message : String(error)}`;
    failure = { code: "store_error", message };
  }
  if (isFound && !(await seal({ services, scope, isLogged: failure === undefined })))
    throw new RunUndecidedError(scope.run_id);
  return failure === undefined ? result : resultOf([...refusal.reasons, failure]);
}
