import { formatToolResult } from "@car/agent";
import { type ActionProposal, CarError, parseProposal, type ProposalResult } from "@car/ir";
import { showRun } from "../account/show-run.js";
import type { Act, Stage } from "../stage.js";
import { TASK } from "../task.js";
import { type Fingerprint, fingerprintOf, sameFingerprint } from "../workspace/fingerprint.js";
import { checkPublished } from "./check-published.js";

/** The plan that holds up: one transaction, whose last step is the one that nobody can take back. */
export const release: Act = {
  title: "The corrected plan commits; what cannot be undone comes last, approved",
  async play(stage) {
    const { account, workspace } = stage;
    const before = await fingerprintOf(workspace);
    const outcome = await runUntilCommitted(stage);
    if (outcome === undefined) return account.claim("the planner came up with a plan that can run", false);

    const { plan, result } = outcome;
    showRun(account, { actions: plan.actions, result, events: stage.events });
    if (declined(stage)) return checkUndone(stage, before, result);

    account.claim("the run committed", result.status === "committed");
    checkOrder(stage);
    await checkPublished(stage);
  },
};

interface Outcome {
  readonly plan: ActionProposal;
  readonly result: ProposalResult;
}

/** Asks the planner as often as it wants to be asked, each time with what became of the plan before. */
async function runUntilCommitted(stage: Stage): Promise<Outcome | undefined> {
  let outcome: Outcome | undefined;
  let feedback: string | undefined;
  for (let turn = 1; turn <= stage.planner.maxTurns && !declined(stage); turn++) {
    const { knowledge } = stage;
    const proposed = await stage.planner.propose({
      name: "release",
      knowledge,
      ...(feedback === undefined ? {} : { feedback }),
    });
    const plan = await acceptable(stage, proposed);
    if (typeof plan !== "string") {
      stage.record.clear();
      outcome = { plan, result: await stage.runtime.execute(plan) };
      if (outcome.result.status === "committed") return outcome;
    }
    feedback = typeof plan === "string" ? plan : formatToolResult(outcome?.result as ProposalResult);
    if (turn < stage.planner.maxTurns) stage.account.fact(`turn ${turn}`, feedback.split("\n")[0] ?? "");
  }
  return outcome;
}

/** The plan if verification lets it pass, else what is wrong with it. */
async function acceptable({ runtime }: Stage, proposed: unknown): Promise<ActionProposal | string> {
  try {
    const plan = parseProposal(proposed);
    const { valid, issues } = await runtime.verify(plan);
    if (valid) return plan;
    return `nothing ran: ${issues.map(({ action_id: id, message }) => `${id ?? "plan"}: ${message}`).join("; ")}`;
  } catch (error) {
    if (!CarError.isInstance(error)) throw error;
    return `nothing ran: ${error.message}`;
  }
}

function declined({ desk }: Stage): boolean {
  return desk.asked.some(({ approved }) => !approved);
}

/** Order is checked on the calls as the tools saw them. */
function checkOrder({ account, record, desk }: Stage): void {
  const push = record.calls.find(({ tool }) => tool === "git_push");
  const others = record.calls.filter((call) => call !== push);
  const wasLast = push !== undefined && others.every(({ endedAt = Infinity }) => endedAt <= push.startedAt);
  account.claim(`the push started when all ${others.length} other calls had ended`, wasLast);
  account.claim(
    "it was approved first, with its final arguments",
    JSON.stringify(desk.asked.at(-1)?.request.parameters["refs"] ?? []).includes(`${TASK.tag}"`),
  );
}

/** With `--ask`, a person may say no. Then commit, tag and edits have to be gone again. */
async function checkUndone({ account, workspace }: Stage, before: Fingerprint, result: ProposalResult): Promise<void> {
  const after = await fingerprintOf(workspace);
  account.claim("you declined, so the run was rolled back", result.status === "rolled_back");
  account.claim("tag, commit and edits are gone: the repository is as it was", sameFingerprint(before, after));
}
