import type { EventDraft } from "@car/ir/ports";
import { AssertionError, assertEqual, assertThrowsCode } from "../assert.js";
import { collectEvents, headOf, sealedEvents } from "../event-log/sealed-events.js";
import { withLog } from "../event-log/with-log.js";
import type { TestRunner } from "../test-runner.js";
import { SAMPLE_DRAFTS } from "./test-event-log-append.js";
import type { EventLogFactory } from "./test-event-log.js";

/** EL-7 and EL-8: flushing, closing and, where the log is durable, opening again. */
export function testLogLife({ it }: TestRunner, logs: EventLogFactory): void {
  it("[EL-7] [7.3] after `flush` everything appended before can be read", () =>
    withLog(logs, async (log) => {
      for (const draft of SAMPLE_DRAFTS) log.append(draft);
      assertEqual(await log.flush(), undefined, "answer of flush");
      assertEqual(await collectEvents(log), sealedEvents(SAMPLE_DRAFTS));
    }));

  it("[EL-7] [7.3] a durable log goes on where it stopped when it is opened again", async () => {
    const log = await logs.create();
    for (const draft of SAMPLE_DRAFTS) log.append(draft);
    await log.flush();
    await log.close();
    if (!log.supports.durable) return;
    if (logs.reopen === undefined) throw new AssertionError("a durable log needs `reopen` in its factory");

    await withLog({ create: async () => logs.reopen?.(log) ?? log }, async (again) => {
      assertEqual(await again.head(), headOf(sealedEvents(SAMPLE_DRAFTS)), "head");
      assertEqual(again.append(SAMPLE_DRAFTS[0] as EventDraft), SAMPLE_DRAFTS.length + 1, "sequence");
      assertEqual(await collectEvents(again), sealedEvents([...SAMPLE_DRAFTS, SAMPLE_DRAFTS[0] as EventDraft]));
    });
  });

  it("[EL-8] a closed log takes nothing more, and closing again does nothing", () =>
    withLog(logs, async (log) => {
      log.append(SAMPLE_DRAFTS[0] as EventDraft);
      await log.close();
      assertThrowsCode("CAR_LOG_CLOSED", () => log.append(SAMPLE_DRAFTS[1] as EventDraft));
      await log.close();
    }));
}
