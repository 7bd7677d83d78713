import { type ActionProposal, type ProposalResult, parseProposal } from "@car/ir";
import type { Account } from "../account/account.js";
import { type Timeline, timelineOf } from "../account/timeline.js";
import type { Act, Stage } from "../stage.js";

/** Calls that need nothing from each other overlap; the same calls made to wait for each other take longer. */
export const parallelReads: Act = {
  title: "Independent reads run at the same time",
  async play(stage) {
    const { account } = stage;
    const plan = parseProposal(await stage.planner.propose({ name: "survey", knowledge: "" }));
    const queued = await timed(stage, inSequence(plan));
    const free = await timed(stage, plan);
    stage.knowledge = knowledgeOf(plan, free.result);

    showTimeline(account, free.timeline);
    const count = plan.actions.length;
    account.claim(`all ${count} succeeded`, free.result.status === "committed");
    account.claim(`all ${count} were running at one moment`, free.timeline.mostAtOnce === count);
    account.claim(
      `${ms(free.timeline.wallMs)} together, ${ms(queued.timeline.wallMs)} when each is told to wait for the one before`,
      queued.timeline.mostAtOnce === 1,
    );
  },
};

interface Timed {
  readonly result: ProposalResult;
  readonly timeline: Timeline;
}

async function timed({ runtime, record, account }: Stage, plan: ActionProposal): Promise<Timed> {
  record.clear();
  const result = await runtime.execute(plan);
  return { result, timeline: timelineOf(record.calls, account.width - 35) };
}

/** The same actions, each of which depends on the one before. */
function inSequence(plan: ActionProposal): ActionProposal {
  const actions = plan.actions.map((action, index) => {
    const before = plan.actions[index - 1];
    return before === undefined ? action : { ...action, dependencies: [before.id] };
  });
  return parseProposal({ ...plan, actions });
}

function showTimeline(account: Account, { bars }: Timeline): void {
  const { paint } = account;
  for (const { call, drawing, durationMs } of bars) {
    account.line(`${call.actionId.padEnd(13)}${paint.accent(drawing)} ${paint.dim(ms(durationMs).padStart(8))}`);
  }
}

function ms(duration: number): string {
  return `${duration < 10 ? duration.toFixed(1) : Math.round(duration)} ms`;
}

/** What was read, for a planner that can use it. */
function knowledgeOf(plan: ActionProposal, result: ProposalResult): string {
  return plan.actions
    .map(({ id, parameters }) => {
      const output = result.results.find(({ action_id }) => action_id === id)?.output;
      return `${id} ${JSON.stringify(parameters)}:\n${JSON.stringify(output, undefined, 1)}`;
    })
    .join("\n\n");
}
