import type { EventDraft } from "@car/ir/ports";
import fc from "fast-check";
import { assertEqual } from "../assert.js";
import { collectEvents, sealedEvents } from "../event-log/sealed-events.js";
import { withLog } from "../event-log/with-log.js";
import { anyEventDraft } from "../generators/event-drafts.js";
import type { TestRunner } from "../test-runner.js";
import { SAMPLE_DRAFTS } from "./test-event-log-append.js";
import type { EventLogFactory } from "./test-event-log.js";

/** EL-3: which events a reader gets. */
export function testLogRead({ it }: TestRunner, logs: EventLogFactory): void {
  it("[EL-3] `read` gives the events from `from` to `to`, both included", () =>
    withLog(logs, async (log) => {
      for (let index = 0; index < 8; index++) log.append(draftAt(index));
      const all = await collectEvents(log);
      await fc.assert(
        fc.asyncProperty(fc.nat(9), fc.nat(9), async (from, to) => {
          assertEqual(await collectEvents(log, { from, to }), all.slice(Math.max(0, from - 1), to), "both");
          assertEqual(await collectEvents(log, { from }), all.slice(Math.max(0, from - 1)), "from");
          assertEqual(await collectEvents(log, { to }), all.slice(0, to), "to");
        }),
        { numRuns: 30 },
      );
    }));

  it("[EL-3] a reader does not see what is appended after its call", () =>
    withLog(logs, async (log) => {
      for (const draft of SAMPLE_DRAFTS) log.append(draft);
      const reading = log.read();
      log.append(draftAt(0));
      let last = 0;
      for await (const { seq } of reading) {
        last = seq;
        log.append(draftAt(seq));
      }
      assertEqual(last, SAMPLE_DRAFTS.length);
    }));

  it("[EL-3] any events read back as they were appended", () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyEventDraft, { maxLength: 20 }), (drafts) =>
        withLog(logs, async (log) => {
          for (const draft of drafts) log.append(draft);
          assertEqual(await collectEvents(log), sealedEvents(drafts));
        }),
      ),
      { numRuns: 50 },
    ));
}

function draftAt(index: number): EventDraft {
  return SAMPLE_DRAFTS[index % SAMPLE_DRAFTS.length] as EventDraft;
}
