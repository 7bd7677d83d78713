import { type ActionExplanation, explainAction, replayState, verifyChain } from "@car/eventlog";
import { readJsonl } from "@car/eventlog/node";
import { type CarEvent, eventFromLog } from "@car/ir";
import type { Account } from "../account/account.js";
import { showExplanation } from "../account/show-explanation.js";
import type { Act } from "../stage.js";

/** From here on, only the file speaks. */
export const evidence: Act = {
  title: "The log is whole, explains what happened, and rebuilds the state",
  async play({ account, runtime, logFile }) {
    const state = runtime.state.keys().map((key) => [key, runtime.state.entry(key)] as const);
    await runtime.close();
    const head = await runtime.eventLog.head();

    const report = await verifyChain(readJsonl(logFile), { head });
    account.claim(
      `the chain of ${report.events} events verifies up to its head ${head.hash.slice(0, 12)}`,
      report.valid,
    );

    const events: CarEvent[] = [];
    for await (const event of readJsonl(logFile)) events.push(event);
    await checkTampering(account, events);
    await explain(account, events);

    const replayed = await replayState(events);
    account.claim(
      `replaying the file gives the same state: ${state.length} keys with values and origins`,
      JSON.stringify(replayed.entries()) === JSON.stringify(state),
    );
  },
};

/** Somebody who can write the file makes the failed test run look like a success. */
async function checkTampering(account: Account, events: readonly CarEvent[]): Promise<void> {
  const at = events.findIndex(({ kind, action_id: id }) => kind === "action_failed" && id === "tests");
  const forged = events.map((event, index) =>
    index === at ? eventFromLog({ ...event, kind: "action_succeeded" }) : event,
  );
  const { valid, problem } = await verifyChain(forged);
  account.claim(
    `with the failed tests of #${events[at]?.seq ?? 0} forged into passed ones it does not: ${problem?.code ?? "unseen"}`,
    at >= 0 && !valid && problem?.seq === events[at]?.seq,
  );
}

/** Two questions a reader has: why is the first edit gone, and what about the push? */
async function explain(account: Account, events: readonly CarEvent[]): Promise<void> {
  const undone = await explained(
    events,
    ({ kind, action_id: id }) => kind === "compensation_succeeded" && id === "fix",
  );
  const pushed = await explained(events, ({ kind }) => kind === "approval_recorded");
  if (undone !== undefined) showExplanation(account, "the first `fix`:", undone);
  if (pushed !== undefined) showExplanation(account, `the \`${pushed.action_id}\`:`, pushed);
  account.claim(
    "the file alone explains both",
    undone?.causes[0]?.action_id === "tests" && pushed?.policies[0] === "a_person_publishes",
  );
}

/** The log's account of the action that a certain thing happened to. */
async function explained(
  events: readonly CarEvent[],
  happened: (event: CarEvent) => boolean,
): Promise<ActionExplanation | undefined> {
  const { action_id: id, run_id: runId } = events.find(happened) ?? {};
  return id === undefined || runId === undefined ? undefined : explainAction(events, id, { runId });
}
