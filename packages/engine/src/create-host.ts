import type { SuspendedRuns } from "./approvals/suspended-runs.js";
import { BudgetMeters } from "./budget/meters.js";
import type { ConfigHolder } from "./config/config-holder.js";
import type { MemoryLink } from "./memory-link.js";
import { rejection } from "./rejection.js";
import { createReceipts, type Receipts } from "./reuse/receipts.js";
import { cancelRun } from "./run/cancel-run.js";
import { leaveParent } from "./run/children.js";
import { advance, concludeLater } from "./run/advance.js";
import { LastPlan } from "./plan/plan.js";
import { drain } from "./run/drain.js";
import type { Host } from "./run/host.js";
import { startChild } from "./run/start-run.js";
import type { RuntimeParts } from "./runtime-parts.js";

interface HostParts {
  readonly holder: ConfigHolder;
  readonly suspended: SuspendedRuns;
  readonly memory: MemoryLink;
}

/** What all runs of a runtime share. */
export function createHost<Report>(parts: RuntimeParts<Report>, { holder, suspended, memory }: HostParts): Host {
  const { open } = suspended;
  const { limits } = parts.config;
  const meters = new BudgetMeters(limits.max_session_budgets);
  const { clock, timers, random, store, recorder, logger, names, approver, executor, secrets, durable } = parts;
  const onClosed: Host["onClosed"] = (result, proposal) => memory.tell(result, proposal);
  return {
    clock,
    timers,
    random,
    store,
    recorder,
    logger,
    names,
    approver,
    executor,
    secrets,
    open,
    receipts: receiptsOf(parts),
    parsing: { clock, ids: { hex: () => names.proposalId() }, limits },
    lastPlan: new LastPlan(),
    approvals: parts.approvals && {
      store: parts.approvals,
      ttlMs: limits.approval_ttl_ms,
      hasRoom: () => suspended.size < limits.max_open_runs,
    },
    giveUpRun: durable && ((runId) => durable.giveUp(runId)),
    config: () => holder.forRun(),
    meterFor: (principal, { budget }) => meters.meterFor(principal, budget),
    drive: drain,
    advance,
    conclude: concludeLater,
    cancel: cancelRun,
    startChild: (parent, proposal) => {
      try {
        return startChild(parent, proposal);
      } catch (error) {
        return rejection(error);
      }
    },
    onEnd: (run, result) => {
      open.delete(run);
      if (run.budget !== undefined && run.parent === undefined) meters.leave(run.principal);
      leaveParent(run);
      if (result !== undefined) onClosed(result, run.plan.proposal);
    },
    onSuspend: (run) => suspended.add(run),
    onClosed,
  };
}

function receiptsOf<Report>({ clock, config: { limits }, durable }: RuntimeParts<Report>): Receipts {
  const receipts = createReceipts({
    maxEntries: limits.max_receipts,
    ttlMs: limits.receipt_ttl_ms,
    now: () => clock.now(),
  });
  for (const { key, answer, storedAt } of durable?.receipts ?? []) receipts.restore(key, answer, { storedAt });
  return receipts;
}
