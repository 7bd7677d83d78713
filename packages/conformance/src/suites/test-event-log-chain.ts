import fc from "fast-check";
import { assertEqual } from "../assert.js";
import { collectEvents, EMPTY_HEAD, headOf, sealedEvents } from "../event-log/sealed-events.js";
import { withLog } from "../event-log/with-log.js";
import { anyEventDraft } from "../generators/event-drafts.js";
import type { TestRunner } from "../test-runner.js";
import { SAMPLE_DRAFTS } from "./test-event-log-append.js";
import type { EventLogFactory } from "./test-event-log.js";

/** EL-4 to EL-6: the chain. */
export function testLogChain({ it }: TestRunner, logs: EventLogFactory): void {
  it("[EL-4] [7.5] every hash covers its event and the hash before, the first starts from zeros", () =>
    withLog(logs, async (log) => {
      for (const draft of SAMPLE_DRAFTS) log.append(draft);
      const [expected, actual] = [sealedEvents(SAMPLE_DRAFTS), await collectEvents(log)];
      assertEqual(
        actual.map(({ prev_hash, hash }) => [prev_hash, hash]),
        expected.map(({ prev_hash, hash }) => [prev_hash, hash]),
      );
    }));

  it("[EL-5] [7.5] the head is the last event's sequence and hash", () =>
    withLog(logs, async (log) => {
      assertEqual(await log.head(), EMPTY_HEAD, "head of an empty log");
      for (const [index, draft] of SAMPLE_DRAFTS.entries()) {
        log.append(draft);
        assertEqual(await log.head(), headOf(sealedEvents(SAMPLE_DRAFTS.slice(0, index + 1))), "head");
      }
    }));

  it("[EL-6] [7.5] when and how often the log is read, flushed or asked for its head changes nothing", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(anyEventDraft, fc.nat(3)), { maxLength: 12 }), (steps) =>
        withLog(logs, async (log) => {
          const expected = sealedEvents(steps.map(([draft]) => draft));
          for (const [index, [draft, look]] of steps.entries()) {
            log.append(draft);
            const soFar = expected.slice(0, index + 1);
            if (look === 1) assertEqual(await collectEvents(log), soFar, "events");
            if (look === 2) assertEqual(await log.head(), headOf(soFar), "head");
            if (look === 3) await log.flush();
          }
          assertEqual(await collectEvents(log), expected, "events at the end");
        }),
      ),
      { numRuns: 50 },
    ));
}
