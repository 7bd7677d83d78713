import { EVENT_KINDS } from "@car/ir";
import type { EventDraft, RunScope } from "@car/ir/ports";
import fc from "fast-check";

/** Two runs of one trace. */
export const SAMPLE_SCOPES: readonly RunScope[] = ["a1", "b2"].map((name) => ({
  run_id: name.repeat(16),
  proposal_id: name.repeat(6),
  principal: name,
  trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
  span_prefix: name.repeat(4),
  action_ids: ["fetch", "store-it", "tell_them"],
}));

const anyText = fc.string({ unit: "grapheme", maxLength: 12 });

/** Any JSON object, with awkward names and numbers. */
const anyPayload = fc.dictionary(
  fc.oneof(anyText, fc.constantFrom("__proto__", "constructor", "10", "9", "")),
  fc.jsonValue({ maxDepth: 2, stringUnit: "grapheme" }),
  { maxKeys: 4 },
);

/** Any event a runtime could append: of a run or of none, about an action or not. A log takes any payload, so here is any. */
export const anyEventDraft = fc.record(
  {
    kind: fc.constantFrom(...EVENT_KINDS),
    time: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    scope: fc.constantFrom(undefined, ...SAMPLE_SCOPES),
    action: fc.integer({ min: -1, max: 2 }),
    attempt: fc.nat({ max: 3 }),
    data: anyPayload,
  },
  { requiredKeys: ["kind", "time", "action", "attempt"] },
) as fc.Arbitrary<EventDraft>;
