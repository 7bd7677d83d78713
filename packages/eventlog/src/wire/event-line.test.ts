import { anyEventDraft, collectEvents } from "@car/conformance/internal";
import { canonicalJson, EVENT_KINDS, type CarEvent, jsonOfEvent } from "@car/ir";
import type { EventDraft } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventHash, sealedText } from "../chain/event-hash.js";
import { sealPayload } from "../chain/sealed-payload.js";
import { memoryEventLog } from "../memory/memory-event-log.js";
import { nodeSha256 } from "../node/node-sha256.js";
import { draftOf } from "../testing/sample-log.js";
import { eventLine, sealedEventLine } from "./event-line.js";
import { parseEventLine } from "./parse-event-line.js";

async function sealed(draft: EventDraft): Promise<CarEvent> {
  const log = memoryEventLog({ sha256: nodeSha256 });
  log.append(draft);
  const [event] = await collectEvents(log);
  return event as CarEvent;
}

/** What a line must be, by generic serialisation: each field by `JSON.stringify`, the payload by `canonicalJson`. */
function genericLine(event: CarEvent): string {
  const fields = Object.entries(event).map(
    ([name, value]) => `${JSON.stringify(name)}:${name === "data" ? canonicalJson(value) : JSON.stringify(value)}`,
  );
  return `{${fields.join(",")}}`;
}

function templateLine(event: CarEvent): string {
  const { prev_hash: prevHash, hash, ...live } = event;
  return eventLine(live, { payload: sealPayload(jsonOfEvent(event), nodeSha256).text, prevHash, hash });
}

describe("the line of an event", () => {
  it.each(EVENT_KINDS)("[EL-40] [7.1] template and generic serialisation give the same bytes: %s", async (kind) => {
    await fc.assert(
      fc.asyncProperty(anyEventDraft, async (draft) => {
        const event = await sealed({ ...draft, kind } as EventDraft);
        expect(templateLine(event)).toBe(genericLine(event));
        expect(sealedEventLine(event)).toBe(genericLine(event));
      }),
      { numRuns: 20 },
    );
  });

  it("[EL-40] fields are in the order of CarEvent, odd ids are escaped", async () => {
    const scope = {
      run_id: 'r"1',
      proposal_id: "p\\\n",
      principal: "ann",
      trace_id: "1".repeat(32),
      span_prefix: "00000001",
      action_ids: ["a"],
    };
    const event = await sealed({ ...draftOf({ kind: "action_failed" }), scope, action: 0, attempt: 1 });
    expect(Object.keys(JSON.parse(templateLine(event)) as object)).toEqual([
      ...["format_version", "seq", "kind", "timestamp", "run_id", "proposal_id", "action_id", "attempt"],
      ...["trace_id", "span_id", "data", "prev_hash", "hash"],
    ]);
    expect(templateLine(event)).toBe(genericLine(event));
    expect(parseEventLine(templateLine(event), 1)).toEqual(event);
  });

  it("[EL-40] [EL-4] the template that is hashed is the canonical JSON of the definition", () =>
    fc.assert(
      fc.asyncProperty(anyEventDraft, async (draft) => {
        const event = await sealed(draft);
        const { prev_hash: prevHash, hash, ...live } = event;
        const { digest } = sealPayload(jsonOfEvent(event), nodeSha256);
        expect(sealedText(live, { digest, prevHash })).toBe(
          canonicalJson({ ...live, data: digest, prev_hash: prevHash }),
        );
        expect(eventHash({ ...live, prev_hash: prevHash })).toBe(hash);
      }),
    ));

  it("[EL-40] [7.4] an erased event is a line, too", async () => {
    const event = await sealed(draftOf({ kind: "config_changed", data: { secret: 1 } }));
    const { prev_hash, hash, ...facts } = event;
    const erased = { ...facts, data: {}, data_digest: nodeSha256(canonicalJson(event.data)), prev_hash, hash };
    const line = sealedEventLine(erased);
    expect(line).toBe(genericLine(erased));
    expect(parseEventLine(line, 1)).toEqual(erased);
  });
});
