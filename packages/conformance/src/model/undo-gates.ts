import { answerTo, covers, mayAsk, thinkingMs } from "./approvals.js";
import { isCapable, isRevoked } from "./gates.js";
import { fits } from "./fits.js";
import { limitsOf } from "./plan.js";
import { policyDecision } from "./policy.js";
import { msToToken, spend } from "./rate.js";
import type { ModelRun } from "./run.js";
import type { Undo } from "./undo-call.js";

/**
 * Lets a compensation pass the gates before one attempt, which takes the time that they take. The host's passes the
 * revocation and the rate limit, a model's all that any call passes but stored answers.
 * @returns whether the attempt may be made.
 */
export function passesGates(run: ModelRun, undo: Undo): boolean {
  const { callee } = undo;
  undo.asked = 0;
  if (callee === undefined || !isPermitted(run, undo)) return false;
  if (!undo.isHosts && !charge(run, undo)) return false;
  const waitMs = callee.tool.rate_limit === undefined ? 0 : msToToken(run, callee.tool);
  const { rate_limit_timeout_ms: patienceMs } = limitsOf(run.world);
  run.now += Math.min(waitMs, patienceMs);
  const isLet = waitMs <= patienceMs && (callee.tool.rate_limit === undefined || spend(run, callee.tool));
  if (isLet && (waitMs === 0 || isPermitted(run, undo))) return true;
  if (!undo.isHosts) refund(run, undo);
  return false;
}

/** Revocation and parameters; of a model's also capability, policy and approval, asked again after each answer. */
function isPermitted(run: ModelRun, undo: Undo): boolean {
  const { action, callee, parameters } = undo;
  for (;;) {
    if (isRevoked(run, action.tool)) return false;
    if (!undo.isHosts && !isCapable(run.world, action, { tool: callee?.tool })) return false;
    if (callee === undefined || !fits(parameters, callee.tool.parameters)) return false;
    if (undo.isHosts) return true;
    const { effect, reasons } = policyDecision(run, action.tool, undo.attempts + 1);
    if (effect !== "require_approval") return effect === "allow";
    if (covers(run, undo.approval, reasons)) return true;
    if (!isApproved(run, undo, reasons)) return false;
  }
}

/** Asks, and waits for the answer. */
function isApproved(run: ModelRun, undo: Undo, reasons: string): boolean {
  if (!mayAsk(run, undo.asked)) return false;
  undo.asked += 1;
  undo.questions += 1;
  run.now += thinkingMs(run, undo.of);
  undo.approval = answerTo(run, undo.questions, reasons);
  return undo.approval !== undefined;
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
