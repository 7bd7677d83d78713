import { replayState, verifyChain } from "@car/eventlog";
import { readJsonl } from "@car/eventlog/node";
import type { CarEvent } from "@car/ir";
import type { Account } from "../account/account.js";
import { showTrail } from "../account/show-trail.js";
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
    explain(account, events);

    const replayed = await replayState(events);
    account.claim(
      `replaying the file gives the ${state.length} keys of the state, with values and origins`,
      JSON.stringify(replayed.entries()) === JSON.stringify(state),
    );
  },
};

/** Somebody who can write the file makes the failed test run look like a success. */
async function checkTampering(account: Account, events: readonly CarEvent[]): Promise<void> {
  const at = events.findIndex(({ kind, action_id: id }) => kind === "action_failed" && id === "tests");
  const forged = events.map((event, index): CarEvent =>
    index === at ? { ...event, kind: "action_succeeded" } : event,
  );
  const { valid, problem } = await verifyChain(forged);
  account.claim(
    `with the failed tests of #${events[at]?.seq ?? 0} forged into passed ones it does not: ${problem?.code ?? "unseen"}`,
    at >= 0 && !valid && problem?.seq === events[at]?.seq,
  );
}

/** Two questions a reader has: why is the first edit gone, and was the push allowed? */
function explain(account: Account, events: readonly CarEvent[]): void {
  const undone = events.find(({ kind, action_id: id }) => kind === "compensation_succeeded" && id === "fix");
  const asked = events.find(({ kind }) => kind === "approval_recorded");
  showAnswer(account, "why is the first `fix` gone?", trailOf(events, undone));
  showAnswer(account, `who was asked about \`${asked?.action_id ?? ""}\`?`, trailOf(events, asked));
  account.claim("the file alone answers both", undone !== undefined && asked !== undefined);
}

function showAnswer(account: Account, question: string, trail: readonly CarEvent[]): void {
  account.line(account.paint.accent(question));
  showTrail(account, trail);
}

/** What else the log says about the action of an event in that run, and about the run's end if it was undone. */
function trailOf(events: readonly CarEvent[], of: CarEvent | undefined): readonly CarEvent[] {
  return events.filter(({ run_id: run, action_id: action, kind }) => {
    return run === of?.run_id && (action === of?.action_id || kind === "state_rollback");
  });
}
