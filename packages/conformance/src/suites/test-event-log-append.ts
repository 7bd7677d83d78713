import { eventOf } from "@car/ir";
import type { EventDraft } from "@car/ir/ports";
import { assertEqual } from "../assert.js";
import { collectEvents, sealedEvents } from "../event-log/sealed-events.js";
import { withLog } from "../event-log/with-log.js";
import { SAMPLE_SCOPES } from "../generators/event-drafts.js";
import type { TestRunner } from "../test-runner.js";
import type { EventLogFactory } from "./test-event-log.js";

/** An event about a run, one about an attempt, one about neither. */
export const SAMPLE_DRAFTS: readonly EventDraft[] = [
  {
    ...{ kind: "proposal_rejected", time: 1_000, scope: SAMPLE_SCOPES[0], action: -1, attempt: 0 },
    data: { reasons: [{ code: "invalid", message: "no" }] },
  },
  { kind: "action_executing", time: 1_001.75, scope: SAMPLE_SCOPES[0], action: 1, attempt: 2 },
  { kind: "evolution_triggered", time: 1_002, action: -1, attempt: 0, data: { domain: "d" } },
];

/** EL-1 and EL-2: what goes in comes out, numbered. */
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
      const reused = {};
      for (const draft of SAMPLE_DRAFTS) {
        const { scope, data } = draft;
        log.append(Object.assign(reused, draft, { scope, data }));
      }
      assertEqual(await collectEvents(log), sealedEvents(SAMPLE_DRAFTS));
    }));
}
