import { answerTo, covers, mayAsk, thinkingMs } from "./approvals.js";
import { isCapable, isRevoked } from "./gates.js";
import { fits } from "./fits.js";
import { limitsOf } from "./plan.js";
import { policyDecision } from "./policy.js";
import { msToToken, spend } from "./rate.js";
import type { ModelRun } from "./run.js";
import type { Undo } from "./undo-call.js";

/** Rechecks before one attempt that take time themselves. */
const MAX_RECHECKS = 8;

/**
 * Lets a compensation pass the gates before one attempt, which takes the time that they take. The host's passes the
 * revocation and the rate limit, a model's all that any call passes but stored answers.
 * @returns whether the attempt may be made.
 */
export function passesGates(run: ModelRun, undo: Undo): boolean {
  let since = run.now;
  if (!isPermitted(run, undo)) return false;
  if (!undo.isHosts && !charge(run, undo)) return false;
  let isLet = isWithinRate(run, undo);
  for (let rechecks = 0; isLet && run.now > since; rechecks += 1) {
    since = run.now;
    isLet = rechecks < MAX_RECHECKS && isPermitted(run, undo);
  }
  if (!isLet && !undo.isHosts) refund(run, undo);
  return isLet;
}

/** Revocation and parameters; of a model's also capability, policy and approval. */
function isPermitted(run: ModelRun, undo: Undo): boolean {
  const { action, callee, parameters } = undo;
  if (callee === undefined || isRevoked(run, action.tool)) return false;
  if (!undo.isHosts && !isCapable(run.world, action, { tool: callee.tool })) return false;
  if (!fits(parameters, callee.tool.parameters)) return false;
  if (undo.isHosts) return true;
  const { effect, reasons } = policyDecision(run, action.tool, undo.attempts + 1);
  if (effect !== "require_approval") return effect === "allow";
  return covers(run, undo.approval, reasons) || isApproved(run, undo, reasons);
}

/** Asks, and waits for the answer. */
function isApproved(run: ModelRun, undo: Undo, reasons: string): boolean {
  if (!mayAsk(run, undo.questions)) return false;
  undo.questions += 1;
  run.now += thinkingMs(run, undo.of);
  undo.approval = answerTo(run, undo.questions, reasons);
  return undo.approval !== undefined;
}

/** Waits for the rate limit of the tool, within bounds. */
function isWithinRate(run: ModelRun, { callee }: Undo): boolean {
  if (callee?.tool.rate_limit === undefined) return true;
  const waitMs = msToToken(run, callee.tool);
  const { rate_limit_timeout_ms: patienceMs } = limitsOf(run.world);
  run.now += Math.min(waitMs, patienceMs);
  return waitMs <= patienceMs && spend(run, callee.tool);
}

/**
 * A model's compensation is charged like any call: one call for each attempt, one action for the first.
 * Reading of the contract: the wall time is over for new work only, so it does not stop what undoes.
 */
function charge(run: ModelRun, { attempts }: Undo): boolean {
  const { max_actions = Infinity, max_tool_calls = Infinity } = run.world.budget;
  if (run.usedCalls >= max_tool_calls || (attempts === 0 && run.usedActions >= max_actions)) return false;
  run.usedCalls += 1;
  if (attempts === 0) run.usedActions += 1;
  return true;
}

function refund(run: ModelRun, { attempts }: Undo): void {
  run.usedCalls -= 1;
  if (attempts === 0) run.usedActions -= 1;
}
