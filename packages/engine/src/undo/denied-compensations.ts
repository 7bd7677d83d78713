import { type Reason, ToolCall } from "@car/ir";
import { proposedCompensation } from "@car/ir/internal";
import type { PolicyRequest } from "@car/ir/ports";
import { decisionText, FAILED_POLICY, readDecision } from "../gates/decision.js";
import { isThenable } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import { boundedWait } from "../time/bounded-wait.js";

const NONE: readonly Reason[] = Object.freeze([]);

/**
 * Asks the policy about every compensation that the proposer wrote and the host did not: one that would be denied when
 * it is needed is refused now, while nothing has happened.
 */
export function deniedCompensations(run: Run): readonly Reason[] | Promise<readonly Reason[]> {
  const { policy } = run.config;
  if (policy === undefined) return NONE;
  let requests: PolicyRequest[] | undefined;
  const { slots } = run.board;
  for (let index = 0; index < slots.length; index++) {
    const { action, tool } = slots[index]!;
    const compensation = proposedCompensation(action, tool?.schema);
    if (compensation === undefined) continue;
    (requests ??= []).push(requestOf(run, action.id, compensation));
  }
  if (requests === undefined) return NONE;
  const answers = requests.map((request) => denialOf(run, request));
  return answers.some(isThenable)
    ? Promise.all(answers.map((answer) => Promise.resolve(answer))).then((all) => all.flat())
    : (answers.flat() as Reason[]);
}

function requestOf(
  run: Run,
  id: string,
  { tool, parameters }: { readonly tool: string; readonly parameters: ToolCall["parameters"] },
): PolicyRequest {
  return {
    action: ToolCall.parse({ id, type: "tool_call", tool, parameters }),
    parameters,
    tool: run.config.tools.get(tool)?.schema,
    principal: run.principal,
    run_id: run.scope.run_id,
    proposal_id: run.scope.proposal_id,
    attempt: 1,
    now: run.time,
    mode: "verify",
  };
}

function denialOf(run: Run, request: PolicyRequest): readonly Reason[] | Promise<readonly Reason[]> {
  const { action } = request;
  const judge = (answer: unknown): readonly Reason[] => {
    const decision = readDecision(answer) ?? FAILED_POLICY;
    if (decision.effect !== "deny") return NONE;
    return [{ code: "policy_denied", action_id: action.id, message: `compensation: ${decisionText(decision)}` }];
  };
  try {
    const answer = run.config.policy!.check(request, run.state);
    if (!isThenable(answer)) return judge(answer);
    const bounds = { timers: run.host.timers, timeoutMs: run.config.limits.policy_timeout_ms, signals: [] };
    return boundedWait(() => answer, bounds).then((end) => {
      // No answer in time is none: it is asked again when the call is due, and denies then.
      if (end.kind === "timeout") return NONE;
      return judge(end.kind === "value" ? end.value : undefined);
    });
  } catch {
    return judge(undefined);
  }
}
