import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventDraft, RunScope } from "../ports/event-log.js";
import { LAW } from "../testing/arbitrary-json.js";
import { eventOf } from "./event-of.js";
import { parentSpanOf, spanIdOf, traceparentOf } from "./span-id.js";

const scope: RunScope = {
  run_id: "r".repeat(32),
  proposal_id: "p1",
  principal: "ann",
  trace_id: "0123456789abcdef0123456789abcdef",
  span_prefix: "00c0ffee",
  action_ids: ["first", "second"],
};
const draft: EventDraft = {
  kind: "action_succeeded",
  time: 1_767_225_600_000.9,
  scope,
  action: 1,
  attempt: 2,
  data: { output: 1, duration_ms: 3 },
};

describe("eventOf", () => {
  it("[IR-34] [7.1] gives every field, in a fixed order", () => {
    expect(Object.entries(eventOf(draft, 7))).toEqual([
      ["format_version", 1],
      ["seq", 7],
      ["kind", "action_succeeded"],
      ["timestamp", "2026-01-01T00:00:00.000Z"],
      ["run_id", "r".repeat(32)],
      ["proposal_id", "p1"],
      ["action_id", "second"],
      ["attempt", 2],
      ["trace_id", "0123456789abcdef0123456789abcdef"],
      ["span_id", "00c0ffee00000802"],
      ["data", { output: 1, duration_ms: 3 }],
    ]);
  });

  it("[IR-34] leaves out what the draft leaves open", () => {
    const event = eventOf({ kind: "proposal_admitted", time: 0, scope, action: -1, attempt: 0 }, 1);
    expect(event).not.toHaveProperty("action_id");
    expect(event).not.toHaveProperty("attempt");
    expect(event.data).toEqual({});
    expect(event.span_id).toBe("00c0ffee00000000");
  });

  it("[IR-35] [7.2] gives an event outside of runs a trace of its own", () => {
    const event = eventOf({ kind: "action_validated", time: 0, action: -1, attempt: 0 }, 3);
    expect(Object.keys(event)).toEqual(["format_version", "seq", "kind", "timestamp", "trace_id", "span_id", "data"]);
    expect(event.trace_id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(event.span_id).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
  });
});

describe("span ids", () => {
  const place = fc.record({
    action: fc.integer({ min: -1, max: 1_000_000 }),
    attempt: fc.integer({ min: 0, max: 1_000 }),
  });
  const idAt = ({ action, attempt }: { action: number; attempt: number }): string => spanIdOf(scope, action, attempt);

  it("[IR-35] [7.2] are valid, and two places share one only when they are the same", () => {
    const law = fc.property(place, place, (left, right) => {
      const isSamePlace = left.action === right.action && left.attempt === right.attempt;
      return /^00c0ffee[0-9a-f]{8}$/.test(idAt(left)) && (idAt(left) === idAt(right)) === isSamePlace;
    });
    fc.assert(law, LAW);
  });

  it("[IR-35] [7.2] lead to their parents: attempt, action, run, nothing", () => {
    const law = fc.property(place, ({ action, attempt }) => {
      const attemptId = spanIdOf(scope, Math.max(action, 0), attempt + 1);
      const actionId = spanIdOf(scope, Math.max(action, 0), 0);
      return parentSpanOf(attemptId) === actionId && parentSpanOf(actionId) === spanIdOf(scope, -1, 0);
    });
    fc.assert(law, LAW);
    expect(parentSpanOf(spanIdOf(scope, -1, 0))).toBeUndefined();
  });

  it("[IR-35] [7.2] stay valid beyond what they can tell apart", () => {
    expect(spanIdOf(scope, 0, 5_000_000)).toBe(spanIdOf(scope, 0, 1_023));
    expect(spanIdOf(scope, 2 ** 30, 1)).toMatch(/^00c0ffee[0-9a-f]{8}$/);
  });

  it("[IR-35] [7.2] make a W3C traceparent", () => {
    expect(traceparentOf(scope, 0, 1)).toBe("00-0123456789abcdef0123456789abcdef-00c0ffee00000401-01");
  });
});
