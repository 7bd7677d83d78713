import type { ApprovalAnswer } from "../ports/approver.js";
import type { Decision } from "../ports/policy-engine.js";
import type {
  ActionExecutingData,
  ActionFailedData,
  ActionInDoubtData,
  ActionRetryingData,
  ActionStoppedData,
  ActionSucceededData,
  EffectMismatchData,
  LateResultDroppedData,
} from "./action-events.js";
import type {
  CompensationFailedData,
  CompensationStartedData,
  CompensationSucceededData,
  UndoCompletedData,
} from "./compensation-events.js";
import type { ConfigChangedData } from "./config-events.js";
import type { EmptyPayload } from "./empty-payload.js";
import type {
  ActionDeduplicatedData,
  ApprovalRequestedData,
  BudgetExceededData,
  CacheHitData,
  PolicyViolationData,
  RateLimitedData,
} from "./gate-events.js";
import type { ActionProbedData, ImageReadData } from "./image-events.js";
import type { ModelFallbackData } from "./model-events.js";
import type { ReplanExhaustedData, ReplanRequestedData, ReplanSucceededData } from "./replan-events.js";
import type {
  ProposalCanceledData,
  ProposalCompletedData,
  ProposalReceivedData,
  ProposalRejectedData,
  ProposalResumedData,
  ProposalSuspendedData,
} from "./run-events.js";
import type { SessionOpenedData, SessionToldData } from "./session-events.js";
import type { EvolutionTriggeredData, SkillDeprecatedData, SkillLearnedData } from "./skill-events.js";
import type {
  CheckpointRestoredData,
  CheckpointSavedData,
  StateChangedData,
  StateRollbackData,
  StateSnapshotData,
} from "./state-events.js";

/** The payload of each kind of event, and when the event is written. `docs/reference/events.md` is made of these comments. */
export interface EventDataOf {
  /** A proposal has come. The first event of its run; the proposal is here whole, and later events refer to it. */
  readonly proposal_received: ProposalReceivedData;
  /** The run has its locks and may start: nothing is wrong with the proposal as a whole. */
  readonly proposal_admitted: EmptyPayload;
  /** The proposal is refused whole, before anything of it has run. `proposal_completed` follows. */
  readonly proposal_rejected: ProposalRejectedData;
  /**
   * The policy has decided about an action, or about a model's call to undo it: before the first attempt, and again after
   * each wait and before each retry. Written before the decision is acted on.
   */
  readonly policy_decided: Decision;
  /** The action is well formed, and its conditions hold. Written before its first attempt, and again when a run that was suspended goes on. */
  readonly action_validated: EmptyPayload;
  /** A gate refused the action for good, and nothing was called. */
  readonly action_rejected: ActionStoppedData;
  /** The policy denied the action. `policy_decided` comes before it, and the end of the action after it. */
  readonly policy_violation: PolicyViolationData;
  /** Somebody is asked for an approval: the inline approver, or whoever answers the host's approval store. */
  readonly approval_requested: ApprovalRequestedData;
  /** There is an answer to a request for approval. No answer in time counts as a denial. */
  readonly approval_recorded: ApprovalAnswer;
  /**
   * An attempt begins: the tool is called right after this. With a durable log it is on the disk before a call that
   * leaves something outside.
   */
  readonly action_executing: ActionExecutingData;
  /** The action ended well. The `state_changed` with what it changed, if anything, stands before it. */
  readonly action_succeeded: ActionSucceededData;
  /** An attempt failed: with `duration_ms` the action has ended, without it `action_retrying` follows. */
  readonly action_failed: ActionFailedData;
  /** Another attempt follows after a pause. */
  readonly action_retrying: ActionRetryingData;
  /** The action was not started, or not again, because of something else: a predecessor, an abort, a spent budget. */
  readonly action_skipped: ActionStoppedData;
  /** An idempotent call is answered by the receipt of the same call made earlier. `action_succeeded` follows. */
  readonly action_deduplicated: ActionDeduplicatedData;
  /**
   * A call may or may not have acted, and is not made again although a retry was asked for; or it did not end in time after
   * being told to; or its process ended during it.
   */
  readonly action_in_doubt: ActionInDoubtData;
  /** A tool answered after its attempt was over. Nobody used the answer. May come after the end of the run. */
  readonly late_result_dropped: LateResultDroppedData;
  /** The call is answered from its tool's cache. `action_succeeded` follows. */
  readonly cache_hit: CacheHitData;
  /** The action waited for its tool's rate limit or for a place among its calls; written when the wait ends. */
  readonly rate_limited: RateLimitedData;
  /** A limit of the budget is reached: what has not started is skipped. */
  readonly budget_exceeded: BudgetExceededData;
  /** What the action claims to change is not what its tool wrote. The tool's word counts. */
  readonly effect_mismatch: EffectMismatchData;
  /**
   * What one action of a run changed, which counts if the run commits; outside of any run what the host changed, which
   * counts at once.
   */
  readonly state_changed: StateChangedData;
  /** The whole committed state: of a store that was not empty when its log began, and after a checkpoint was restored. */
  readonly state_snapshot: StateSnapshotData;
  /** The changes of a run that did not commit were dropped. Absent when it had changed nothing. */
  readonly state_rollback: StateRollbackData;
  /** The run is undone, and the compensation of one of its actions is called. The event is about that action. */
  readonly compensation_started: CompensationStartedData;
  /** The compensation worked: the effect of the action is undone. */
  readonly compensation_succeeded: CompensationSucceededData;
  /** The compensation was refused or failed for good: the effect of the action remains. */
  readonly compensation_failed: CompensationFailedData;
  /** The run waits for nothing but approvals. It holds no locks until it is resumed. */
  readonly proposal_suspended: ProposalSuspendedData;
  /** A run goes on: a suspended one, or one whose process ended, in the process that recovers it. */
  readonly proposal_resumed: ProposalResumedData;
  /** The run is given up from outside: by its signal, or because its runtime is closed. What it did is undone next. */
  readonly proposal_canceled: ProposalCanceledData;
  /** The run has ended: its last event, but for results that come too late. */
  readonly proposal_completed: ProposalCompletedData;
  /**
   * What judges runs has changed. A runtime tells its whole configuration (`runtime_started`) before its first run, and
   * then each change, so that the log alone says what judged a run. Belongs to no run.
   */
  readonly config_changed: ConfigChangedData;
  /** A model could not answer, and the next one is asked. Belongs to no run; `caller` says who asked. */
  readonly model_fallback: ModelFallbackData;
  /** The memory has made a skill out of runs that worked. Belongs to no run. */
  readonly skill_distilled: SkillLearnedData;
  /** The memory has made a better skill out of one that failed. Belongs to no run. */
  readonly skill_evolved: SkillLearnedData;
  /** A skill has failed too often and is not offered any more. Belongs to no run. */
  readonly skill_deprecated: SkillDeprecatedData;
  /** The memory begins to look for a better skill. Belongs to no run. */
  readonly evolution_triggered: EvolutionTriggeredData;
  /** A proposal failed, and another one is asked for. Belongs to no run. */
  readonly replan_requested: ReplanRequestedData;
  /** A later proposal of the chain committed, which ends the chain. Belongs to no run. */
  readonly replan_succeeded: ReplanSucceededData;
  /** The chain of replans ended without a commit. Belongs to no run. */
  readonly replan_exhausted: ReplanExhaustedData;
  /** A checkpoint was taken. Belongs to no run. */
  readonly checkpoint_saved: CheckpointSavedData;
  /** State and receipts were replaced by those of a checkpoint; the `state_snapshot` right after it has the state. Belongs to no run. */
  readonly checkpoint_restored: CheckpointRestoredData;
  /** A session was opened. Belongs to no run: those that are proposed in it name it. */
  readonly session_opened: SessionOpenedData;
  /** Something was said or shown in a session, beside the results of its runs. Belongs to no run. */
  readonly session_told: SessionToldData;
  /** What a call changes was read: before the call (and on the disk before it), after it, or before it is undone. */
  readonly image_read: ImageReadData;
  /** The host was asked what became of a call. `action_succeeded`, `action_failed` or `action_in_doubt` follows. */
  readonly action_probed: ActionProbedData;
  /** The host has a committed run undone. Comes after the end of the run, like what follows it: `image_read`, and what compensations tell. */
  readonly undo_started: EmptyPayload;
  /** A committed run was undone, as far as that could be. */
  readonly undo_completed: UndoCompletedData;
}
