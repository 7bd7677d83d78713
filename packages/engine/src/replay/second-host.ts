import type { EventLog } from "@car/ir/ports";
import { runtimeLogger } from "../defaults/logger.js";
import { Recorder } from "../evidence/recorder.js";
import { cancelRun } from "../run/cancel-run.js";
import { leaveParent } from "../run/children.js";
import { advance, concludeLater } from "../run/advance.js";
import { LastPlan } from "../plan/plan.js";
import { drain } from "../run/drain.js";
import type { Host } from "../run/host.js";
import { OpenRuns } from "../run/open-runs.js";
import { RunNames } from "../run/run-names.js";
import { isCanceledLater } from "./cancelation.js";
import type { ReplayParts } from "./replay-parts.js";
import { scriptedReceipts } from "./scripted-answers.js";
import { scriptedApprovals } from "./scripted-approvals.js";
import { type PendingCalls, scriptedExecutor } from "./scripted-calls.js";
import { scriptedApprover } from "./scripted-policy.js";
import { scriptedStore } from "./scripted-store.js";
import { scriptedClock } from "./scripted-timers.js";

/** What a second execution has for a runtime: ports that answer from the recording, and a log that compares. */
export function secondHost(parts: ReplayParts, pending: PendingCalls): Host {
  const { script, timers } = parts;
  const logger = runtimeLogger(undefined);
  const nobody = (): never => {
    throw new TypeError("nothing calls this: no tool runs, and nothing new begins");
  };
  return {
    clock: scriptedClock(script),
    timers,
    random: () => 0,
    store: scriptedStore(parts),
    recorder: new Recorder(comparingLog(parts), logger),
    logger,
    receipts: scriptedReceipts(parts),
    approver: scriptedApprover(parts),
    approvals: scriptedApprovals(parts),
    executor: scriptedExecutor(parts, pending),
    secrets: {},
    names: new RunNames({ hex: () => "" }),
    giveUpRun: undefined,
    open: new OpenRuns(),
    parsing: {},
    lastPlan: new LastPlan(),
    config: nobody,
    meterFor: nobody,
    drive: drain,
    advance,
    conclude: concludeLater,
    cancel: cancelRun,
    startChild: nobody,
    onEnd: leaveParent,
    onSuspend: () => undefined,
    onClosed: () => undefined,
  };
}

/** Keeps nothing: each event is held against the recording at once. */
function comparingLog({ script, cancelHere }: ReplayParts): EventLog {
  const { seq, hash } = script.events.at(-1)!;
  return {
    supports: { durable: false },
    append(draft) {
      const recorded = script.take(draft);
      if (recorded !== undefined && !isCanceledLater(script, recorded)) cancelHere();
      return seq;
    },
    flush: () => undefined,
    read: async function* () {
      yield* script.events;
    },
    head: () => Promise.resolve({ seq, hash }),
    close: () => Promise.resolve(),
  };
}
