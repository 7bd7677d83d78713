import { eventOf } from "@car/ir";
import type { EventDraft } from "@car/ir/ports";
import fc from "fast-check";
import { assertEqual } from "../assert.js";
import { collectEvents, sealedEvents } from "../event-log/sealed-events.js";
import { withLog } from "../event-log/with-log.js";
import { anyEventDraft, SAMPLE_SCOPES } from "../generators/event-drafts.js";
import type { TestRunner } from "../test-runner.js";
import type { EventLogFactory } from "./test-event-log.js";

/** Three events of one run. */
export const SAMPLE_DRAFTS: readonly EventDraft[] = [
  { kind: "proposal_received", time: 1_000, scope: SAMPLE_SCOPES[0], action: -1, attempt: 0, data: { principal: "p" } },
  { kind: "action_executing", time: 1_001.75, scope: SAMPLE_SCOPES[0], action: 1, attempt: 2 },
  { kind: "config_changed", time: 1_002, action: -1, attempt: 0, data: { config_version: 2 } },
];

/** EL-1 to EL-3: what goes in comes out, numbered. */
export function testLogAppend({ it }: TestRunner, logs: EventLogFactory): void {
  it("[EL-1] [7.1] sequences start at 1 and have no gaps", () =>
    withLog(logs, async (log) => {
      const sequences = SAMPLE_DRAFTS.map((draft) => log.append(draft));
      assertEqual(sequences, [1, 2, 3]);
      const events = await collectEvents(log);
      assertEqual(
        events.map(({ seq }) => seq),
        [1, 2, 3],
      );
    }));

  it("[EL-2] [7.1] an event has every field of its draft, and no other", () =>
    withLog(logs, async (log) => {
      for (const draft of SAMPLE_DRAFTS) log.append(draft);
      const events = await collectEvents(log);
      const facts = events.map(({ prev_hash: _prev, hash: _hash, ...fact }) => fact);
      assertEqual(
        facts,
        SAMPLE_DRAFTS.map((draft, index) => eventOf(draft, index + 1)),
      );
    }));

  it("[EL-2] [7.1] the caller may use one draft object for all events", () =>
    withLog(logs, async (log) => {
      const reused: { -readonly [Field in keyof EventDraft]: EventDraft[Field] } = {
        ...SAMPLE_DRAFTS[0],
      } as EventDraft;
      for (const draft of SAMPLE_DRAFTS) {
        const { scope, data } = draft;
        log.append(Object.assign(reused, draft, { scope, data }));
      }
      assertEqual(await collectEvents(log), sealedEvents(SAMPLE_DRAFTS));
    }));

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
