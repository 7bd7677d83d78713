import { type ActionProposal, CarError, LazyPayload, type ProposalReceivedData, type Reason } from "@car/ir";
import { lateProblems, proposalFacts, withProposalHash } from "@car/ir/internal";
import type { Lease, LockWait } from "@car/ir/ports";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { deniedPlan } from "../flow/denied-plan.js";
import { goOn } from "../recovery/go-on.js";
import { deniedCompensations } from "../undo/denied-compensations.js";
import { boundDuration } from "./bound-duration.js";
import { cancelRun } from "./cancel-run.js";
import { isThenable } from "./outcome.js";
import { refusalOf, refuse } from "./refuse.js";
import type { Run } from "./run.js";
import { onAborted } from "./signals.js";
import { messageOf } from "./thrown.js";

const NOTHING = Object.freeze({});
const NO_REASONS: readonly Reason[] = Object.freeze([]);

/** Logs the proposal, takes the locks, checks what needs them, and starts the run. Never throws. */
export function begin(run: Run): void {
  run.record("proposal_received", undefined, receivedData(run));
  // The log has nothing of the run, so nobody will find it there.
  if (run.broken !== undefined && run.recovery === undefined) return run.answer(refusalOf(run, [run.broken]));
  if (isCanceled(run)) return;
  const { refusals } = run.plan;
  if (refusals.length > 0 && run.recovery?.recorded.admitted !== true) return refuse(run, refusals);
  const { reads, writes } = run.plan.locks;
  if (reads.length === 0 && writes.length === 0) return start(run);
  let answer: Lease | LockWait;
  try {
    answer = run.host.store.acquire({ owner: run, reads, writes });
  } catch (error) {
    return refuse(run, [lockReason(error)]);
  }
  if ("lease" in answer) return waitForLocks(run, answer);
  run.ownExtras.lease = answer;
  start(run);
}

/** The payload of most runs: everything in it is there already. */
class PlainReceived extends LazyPayload<ProposalReceivedData> {
  private readonly proposal: ActionProposal;
  private readonly principal: string;
  private readonly config: ConfigSnapshot;

  constructor({ plan, principal, config }: Run) {
    super();
    this.proposal = plan.proposal;
    this.principal = principal;
    this.config = config;
  }

  get bytes(): number {
    return proposalFacts(this.proposal).bytes;
  }

  make(): ProposalReceivedData {
    return withProposalHash(received(this.proposal, this.principal, this.config), this.proposal);
  }
}

function received(proposal: ActionProposal, principal: string, { version, policy }: ConfigSnapshot): Received {
  return { proposal, principal, config_version: version, policy_version: policy?.version ?? null };
}

function receivedData(run: Run): ProposalReceivedData | PlainReceived {
  const { plan, config, request, session, flow } = run;
  const { parent, replaces } = request;
  if (parent === undefined && replaces === undefined && session === undefined && flow === undefined) {
    return new PlainReceived(run);
  }
  const data = received(plan.proposal, run.principal, config);
  if (parent !== undefined) {
    data.parent_run_id = parent.run.scope.run_id;
    data.parent_action_id = parent.slot.action.id;
  }
  if (replaces !== undefined) data.replaces = replaces;
  if (session !== undefined) {
    data.session_id = session.id;
    const told = session.takeTold();
    if (told.length > 0) data.session_told = told;
  }
  if (flow !== undefined && flow.context.length > 0) data.context_labels = flow.context;
  return withProposalHash(data, plan.proposal);
}

type Received = { -readonly [K in keyof Omit<ProposalReceivedData, "proposal_hash">]: ProposalReceivedData[K] };

/** Refuses a run that was given up before it could begin. */
function isCanceled(run: Run): boolean {
  const { signal } = run.request;
  const cause = run.extras.canceledEarly ?? (signal?.aborted === true ? canceledReason(signal) : undefined);
  if (cause !== undefined) refuse(run, [cause], "canceled");
  return cause !== undefined;
}

function waitForLocks(run: Run, wait: LockWait): void {
  const { lock_timeout_ms: ms } = run.config.limits;
  let reason: Reason = { code: "lock_timeout", message: `waited ${ms} ms for the locks`, keys: run.plan.locks.writes };
  // What an earlier process had let in waits for others like it, and those end by their own bounds.
  const timer = isLetIn(run) ? undefined : run.host.timers.set(ms, () => wait.cancel());
  const { signal } = run.request;
  const leaveFor = (cause: Reason): void => {
    // The locks may have been granted in this turn; then the run begins with being canceled.
    reason = run.ownExtras.canceledEarly ??= cause;
    wait.cancel();
  };
  run.queue(leaveFor);
  const detach = signal && onAborted(signal, () => leaveFor(canceledReason(signal)));
  const leave = (): void => {
    timer?.cancel();
    detach?.();
    run.leaveQueue();
  };
  wait.lease.then(
    (lease) => {
      leave();
      run.ownExtras.lease = lease;
      start(run);
    },
    (error: unknown) => {
      leave();
      const isCanceledWait = CarError.isInstance(error) && error.code === "CAR_LOCK_CANCELED";
      const cause = isCanceledWait ? reason : lockReason(error);
      refuse(run, [cause], cause.code === "canceled" ? "canceled" : "rejected");
    },
  );
}

/** An earlier process had begun with it. */
function isLetIn({ recovery }: Run): boolean {
  return recovery?.recorded.admitted === true;
}

/** The locks are held. */
function start(run: Run): void {
  if (isCanceled(run)) return;
  if (isLetIn(run)) return admit(run, NO_REASONS);
  try {
    const late = lateProblems(run.plan, run.state);
    if (late.length > 0) return refuse(run, late);
    const denied = deniedByPolicy(run);
    if (!isThenable(denied)) return admit(run, denied);
    denied.then(
      (reasons) => {
        run.tick();
        if (!isCanceled(run)) admit(run, reasons);
      },
      (error: unknown) => uncheckable(run, error),
    );
  } catch (error) {
    uncheckable(run, error);
  }
}

function uncheckable(run: Run, error: unknown): void {
  run.break("the proposal could not be checked", error);
  refuse(run, [run.broken!]);
}

/** What the policy says against the proposal before anything of it runs. */
function deniedByPolicy(run: Run): readonly Reason[] | Promise<readonly Reason[]> {
  const plan = deniedPlan(run);
  const compensations = deniedCompensations(run);
  if (isThenable(plan) || isThenable(compensations)) {
    return Promise.all([plan, compensations]).then((reasons) => reasons.flat());
  }
  return plan.length === 0 ? compensations : [...plan, ...compensations];
}

function admit(run: Run, denied: readonly Reason[]): void {
  if (denied.length > 0) return refuse(run, denied);
  run.record("proposal_admitted", undefined, NOTHING);
  run.begin();
  run.board.begin(run.recovery !== undefined);
  if (run.recovery !== undefined) return goOn(run, run.recovery);
  const limit = run.budget?.budget.max_duration_ms;
  // The time of a run that a tool started is its parent's.
  if (limit !== undefined && run.parent === undefined) boundDuration(run, limit);
  listen(run, run.request.signal);
  run.host.drive(run);
}

/** Cancels the run when the signal says so, or has said so. */
export function listen(run: Run, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  if (signal.aborted) return cancelRun(run, canceledReason(signal));
  run.ownExtras.detachSignal = onAborted(signal, () => cancelRun(run, canceledReason(signal)));
}

/** Why a run is canceled whose signal was aborted. */
function canceledReason({ reason }: AbortSignal): Reason {
  const isTold = reason instanceof Error && reason.message !== "";
  return { code: "canceled", message: isTold ? messageOf(reason) : "the signal was aborted" };
}

function lockReason(error: unknown): Reason {
  if (CarError.isInstance(error) && error.code === "CAR_LOCK_NESTED") {
    const keys = (error as { readonly keys?: readonly string[] }).keys ?? [];
    return { code: "nested_conflict", message: error.message, keys };
  }
  return { code: "store_error", message: `the state store failed: ${messageOf(error)}` };
}
