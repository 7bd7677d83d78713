import { type CarEvent, payloadOf, type ToolSchemaInput } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { PolicyEngine } from "@car/ir/ports";
import { type ReplayedRun, replayedRuns } from "./log-replay.js";
import type { ReplayStart } from "./log-steps.js";
import type { ChangedDecision, DecisionsReport, SkippedRun, UndecidedDecision } from "./replay-report.js";

/** Under which policy a log is decided about again. */
export interface ReplayDecisionsOptions {
  /** Answers in the order of the log, at the recorded times. Counting rules count from nothing. */
  readonly policy: PolicyEngine;
  /** Schemas of tools, for a log that does not say what judged its runs. What the log says counts more. */
  readonly tools?: readonly { readonly schema: ToolSchemaInput }[];
  /** The state with which to start, for a log whose beginning was dropped. */
  readonly start?: ReplayStart;
}

/**
 * Asks another policy about every decision of a log, with the parameters, the state, the session and the time that there were,
 * and lists those whose effect changes. What was decided then is what happens, so each question is the recorded one. A run
 * without a policy counts as allowed wherever one would have been asked.
 * @throws `PayloadErasedError` when a payload that is needed is gone, and what the policy throws (as rejections).
 */
export async function replayDecisions(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  options: ReplayDecisionsOptions,
): Promise<DecisionsReport> {
  assertKnownOptions(options, ["policy", "start"], "replayDecisions");
  const report = { decisions: 0, changed: [] as ChangedDecision[], undecided: [] as UndecidedDecision[] };
  for await (const run of replayedRuns(events, { ...options, mode: "asked" })) {
    if (!("followed" in run)) {
      report.undecided.push(undecidedRun(run));
      continue;
    }
    report.decisions += run.questions.decisions;
    report.changed.push(...run.questions.changed);
    report.undecided.push(...undecided(run));
  }
  return report;
}

/** Of a run without a beginning not even that is known what was decided about it. */
function undecidedRun({ run_id, proposal_id, seq, reason }: SkippedRun): UndecidedDecision {
  return { run_id, proposal_id, seq, action_id: "", why: reason };
}

function undecided({ followed, questions, reason, second }: ReplayedRun): readonly UndecidedDecision[] {
  const version = followed.begun?.policy_version;
  // What was verified and refused before it became a run was decided about elsewhere.
  if (followed.begun !== undefined && version === undefined) return [];
  const hadPolicy = typeof version === "string";
  const left = followed.events.filter((event) => isDecision(event, hadPolicy) && !questions.wasAsked(event));
  return left.map((event) => {
    const { seq, run_id = "", proposal_id = "", action_id = "" } = event;
    const isHidden = second !== undefined && questions.isHidden(event);
    const why = isHidden ? "labels_unknown" : (reason ?? "diverged");
    return { seq, run_id, proposal_id, action_id, why };
  });
}

/** Where a policy had its say, or would have had it. */
function isDecision(event: CarEvent, hadPolicy: boolean): boolean {
  if (event.kind === "policy_decided") return true;
  if (event.kind === "action_validated") return !hadPolicy;
  if (event.kind !== "proposal_rejected" || event.data_digest !== undefined) return false;
  return payloadOf(event).reasons.some(({ code }) => code === "policy_denied");
}
