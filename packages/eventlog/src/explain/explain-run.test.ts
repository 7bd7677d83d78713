import { describe, expect, it } from "vitest";
import { type EventFacts, sampleEvents } from "../testing/sample-log.js";
import { ROLLED_BACK_RUN } from "../testing/sample-runs.js";
import { CallBook } from "./call-book.js";
import { describeEvent } from "./describe-event.js";
import { explainAction } from "./explain-action.js";
import { explainRun } from "./explain-run.js";

const ACTIONS = [
  { id: "fetch", type: "tool_call", tool: "bank", parameters: { to: "$first", token: "hunter2" } },
  { id: "store-it", type: "state_write", parameters: { key: "k", value: 1 } },
];
const RUN: readonly EventFacts[] = [
  { kind: "proposal_received", run: 1, data: { proposal: { actions: ACTIONS } } },
  {
    kind: "action_executing",
    run: 1,
    action: "fetch",
    attempt: 1,
    data: { parameters: { to: "ann", token: "hunter2" } },
  },
  {
    kind: "action_succeeded",
    run: 1,
    action: "fetch",
    attempt: 1,
    data: { output: { receipt: "R-7", secret: "hunter2" } },
  },
  { kind: "proposal_completed", run: 1, data: { status: "committed", external_effects: "remain" } },
  { kind: "undo_started", run: 1 },
  { kind: "compensation_started", run: 1, action: "fetch", data: { tool: "refund", parameters: { receipt: "R-7" } } },
  { kind: "compensation_succeeded", run: 1, action: "fetch", data: { tool: "refund", output: null } },
  { kind: "undo_completed", run: 1, data: { external_effects: "none" } },
];

describe("explainRun", () => {
  it("[EL-74] tells what each action called, what came of it, and what is left", async () => {
    const events = await sampleEvents(RUN);
    const explanation = await explainRun(events, events[0]!.run_id!);
    expect(explanation).toMatchObject({
      status: "committed",
      external_effects: "none",
      actions: [
        {
          action_id: "fetch",
          tool: "bank",
          parameters: { to: "ann", token: "[redacted]" },
          outcome: "succeeded",
          output: { receipt: "R-7", secret: "[redacted]" },
          compensated: true,
        },
        { action_id: "store-it", tool: "state_write", outcome: "unfinished" },
      ],
    });
    expect(await explainRun(events, "none")).toBeUndefined();
  });

  it("[EL-74] tells why a run did not commit", async () => {
    const events = await sampleEvents(ROLLED_BACK_RUN);
    const { run_id = "" } = events.find(({ kind }) => kind === "proposal_completed")!;
    const explanation = await explainRun(events, run_id);
    expect(explanation).toMatchObject({ status: "rolled_back", cause: { action_id: "store-it" } });
    expect(explanation?.actions.find(({ action_id }) => action_id === "fetch")).toMatchObject({ compensated: true });
  });
});

describe("calls", () => {
  it("[EL-70] [EL-73] are told with what they got and gave, without secrets, and cut", async () => {
    const events = await sampleEvents(RUN);
    const book = new CallBook();
    const texts = events.map((event) => describeEvent(event, book.see(event)));
    expect(texts).toContain('action executing: bank {"to":"ann","token":"[redacted]"}');
    expect(texts).toContain('action succeeded: {"receipt":"R-7","secret":"[redacted]"}');
    expect(await explainAction(events, "fetch")).toMatchObject({
      tool: "bank",
      parameters: { to: "ann" },
      output: { receipt: "R-7" },
    });
    const [long] = await sampleEvents([{ ...RUN[2]!, data: { output: "x".repeat(10_000) } }]);
    expect(describeEvent(long!).length).toBeLessThan(600);
  });
});
