import type { ActionRun, Approval } from "./action-run.js";
import { refuse } from "./finish.js";
import { limitsOf } from "./plan.js";
import { policyDecision } from "./policy.js";
import type { ModelRun } from "./run.js";

/** Questions about one call. */
const MAX_QUESTIONS = 8;

/**
 * Whether the action may go on without asking: nobody wants it approved, or somebody has approved it for exactly these
 * reasons, not too long ago. Otherwise somebody is asked, or it is refused.
 */
export function mayPass(run: ModelRun, action: ActionRun): boolean {
  const wire = action.planned.action;
  if (wire.type !== "tool_call") return true;
  const { effect, reasons } = policyDecision(run, wire.tool, action.attempts + 1);
  if (effect !== "require_approval" || covers(run, action.approval, reasons)) return true;
  if (!mayAsk(run, action.questions)) refuse(run, action, { code: "approval_required" });
  else ask(run, action, reasons);
  return false;
}

/** Whether an approval is good for these reasons now. */
export function covers({ now }: ModelRun, approval: Approval | undefined, reasons: string): boolean {
  return approval?.reasons === reasons && now < approval.until;
}

/** Whether there is somebody to ask, and one call has not been asked about too often. */
export function mayAsk({ world }: ModelRun, questions: number): boolean {
  return world.approves !== undefined && questions < MAX_QUESTIONS;
}

/** How long the approver takes over a question about this action. */
export function thinkingMs({ world }: ModelRun, id: string): number {
  return world.script.approvalMs[id] ?? 0;
}

/** What is answered to question number `question` about one call. Reading of the contract: it is good from the answer on. */
export function answerTo(run: ModelRun, question: number, reasons: string): Approval | undefined {
  const { approves, deniesFrom = Infinity } = run.world;
  if (approves !== true || question >= deniesFrom) return undefined;
  return { reasons, until: run.now + limitsOf(run.world).approval_ttl_ms };
}

function ask(run: ModelRun, action: ActionRun, reasons: string): void {
  const { index, action: wire } = action.planned;
  action.phase = "asking";
  action.passage.isStale = true;
  action.questions += 1;
  action.askedFor = reasons;
  const at = run.now + thinkingMs(run, wire.id);
  run.agenda = [...run.agenda, { at, kind: "approval_answered", index, attempt: action.attempts }];
}
