import type { ProposalInput, ProposalResult } from "@car/ir";
import { type Agent, type AgentEnd, offeredTools } from "./agent.js";
import type { AgentTurn, TurnProblem } from "./agent-options.js";
import { type Answer, isWhole } from "./read-answer.js";
import { type ReadCalls, readCalls } from "./read-calls.js";
import { whyNotWhole } from "./messages.js";
import { errorOf, waitUntil } from "./wait-until.js";

/** Makes a proposal of an answer's calls, verifies it, and executes it when nothing speaks against it. */
export async function runCalls(agent: Agent, answer: Answer): Promise<AgentTurn | AgentEnd> {
  const { options, limits } = agent;
  try {
    const read = readCalls(answer.calls, {
      offered: offeredTools(agent),
      maxArgumentBytes: limits.maxArgumentBytes,
      failureBehavior: options.failureBehavior ?? "skip",
      references: options.references ?? false,
    });
    const turn = { text: answer.text, calls: read.calls };
    if (!isWhole(answer))
      return { ...turn, problems: [{ code: "incomplete", message: whyNotWhole(answer.finishReason) }] };
    if (read.proposal === undefined) return { ...turn, problems: read.problems };
    const proposal = options.plan?.(read.proposal) ?? read.proposal;
    const problems = await verified(agent, proposal, read.calls);
    if ("stop" in problems) return problems;
    if (problems.length > 0) return { ...turn, proposal, problems };
    agent.usage.tool_calls += read.calls.length;
    const result = await execute(agent, proposal);
    return { ...turn, proposal, problems, result };
  } catch (error) {
    return { stop: "runtime_failed", error: errorOf(error) };
  }
}

/** What verification finds that keeps the calls from being run. A verification that hangs ends with the agent's time. */
async function verified(
  { runtime, options, deadline }: Agent,
  proposal: ProposalInput,
  calls: ReadCalls["calls"],
): Promise<readonly TurnProblem[] | AgentEnd> {
  const end = await waitUntil(deadline, () => runtime.verify(proposal, principalOf(options)));
  if (end.kind === "error") throw end.error;
  if (end.kind === "over") return { stop: deadline.ended() ?? "time" };
  const { valid, issues } = end.value;
  if (valid) return [];
  return issues
    .filter(({ severity }) => severity === "error")
    .map(({ action_id, code, message }) => {
      const call = calls.findIndex(({ id }) => id === action_id);
      return { ...(call < 0 ? {} : { call }), code, message };
    });
}

/** Runs what was verified; the end of the agent's time aborts and undoes the run. */
function execute({ runtime, options, deadline }: Agent, proposal: ProposalInput): Promise<ProposalResult> {
  const { executor } = options;
  return runtime.execute(proposal, {
    ...principalOf(options),
    ...(executor === undefined ? {} : { executor }),
    signal: deadline.signal,
  });
}

function principalOf({ principal }: Agent["options"]): { readonly principal?: string } {
  return principal === undefined ? {} : { principal };
}
