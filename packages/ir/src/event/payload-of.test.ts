import { describe, expect, expectTypeOf, it } from "vitest";
import type { Decision, DraftOf, EventDraft } from "../ports/index.js";
import type { JsonObject } from "../json/json-value.js";
import type { Reason } from "../result/reason.js";
import type { CarEvent, EventOf, LiveEvent, LiveEventOf } from "./car-event.js";
import type { ActionFailedData } from "./action-events.js";
import type { BareKind, EmptyPayload } from "./empty-payload.js";
import type { EventDataOf } from "./event-data-of.js";
import { EVENT_KINDS, type EventKind } from "./event-kind.js";
import { eventFromLog, jsonOfEvent, payloadOf } from "./payload-of.js";

const FIELDS = {
  format_version: 1,
  seq: 7,
  kind: "action_failed",
  timestamp: "2026-01-01T00:00:00.000Z",
  trace_id: "1".repeat(32),
  span_id: "1".repeat(16),
  data: { reason: { code: "failed", message: "no" } },
  prev_hash: "0".repeat(64),
  hash: "1".repeat(64),
};

describe("payloadOf", () => {
  it("[IR-45] [7.4] gives the payload", () => {
    const event = eventFromLog(FIELDS);
    expect(payloadOf(event)).toBe(FIELDS.data);
    expect(jsonOfEvent(event)).toBe(FIELDS.data);
  });

  it("[IR-45] [7.4] throws when the event shows something else", () => {
    const event = eventFromLog({ ...FIELDS, data: {}, data_digest: "2".repeat(64) });
    expect(() => payloadOf(event)).toThrow(expect.objectContaining({ code: "CAR_LOG_PAYLOAD_ERASED", seq: 7 }));
    expect(jsonOfEvent(event)).toEqual({});
  });
});

describe("the types of events", () => {
  it("[IR-44] [7.1] every kind has a payload", () => {
    expectTypeOf<keyof EventDataOf>().toEqualTypeOf<EventKind>();
    expectTypeOf<CarEvent["kind"]>().toEqualTypeOf<EventKind>();
    expectTypeOf<LiveEvent["kind"]>().toEqualTypeOf<EventKind>();
    expectTypeOf<EventDraft["kind"]>().toEqualTypeOf<(typeof EVENT_KINDS)[number]>();
    expectTypeOf<BareKind>().toEqualTypeOf<
      "proposal_admitted" | "action_validated" | "action_executing" | "undo_started"
    >();
    expect(new Set(EVENT_KINDS).size).toBe(EVENT_KINDS.length);
  });

  it("[IR-44] [7.1] the kind narrows what is read", () => {
    const read = (event: CarEvent): Reason | undefined => {
      if (event.kind !== "action_failed" && event.kind !== "action_skipped") return undefined;
      expectTypeOf(event).toEqualTypeOf<EventOf<"action_failed" | "action_skipped">>();
      expectTypeOf(payloadOf(event).duration_ms).toEqualTypeOf<number | undefined>();
      // What an event shows need not be its payload.
      expectTypeOf(event.data.reason).not.toEqualTypeOf<Reason>();
      return payloadOf(event).reason;
    };
    expectTypeOf(read).returns.toEqualTypeOf<Reason | undefined>();
    expectTypeOf(payloadOf<EventOf<"policy_decided">>).returns.toEqualTypeOf<Decision>();
  });

  it("[IR-44] [7.1] the kind narrows what a subscriber is told, also taken apart", () => {
    const note = ({ kind, data }: LiveEvent): number | undefined => {
      // @ts-expect-error not of every kind
      void data.waited_ms;
      return kind === "rate_limited" ? data.waited_ms : undefined;
    };
    expectTypeOf(note).returns.toEqualTypeOf<number | undefined>();
    expectTypeOf<LiveEventOf<"action_failed">["data"]>().toEqualTypeOf<ActionFailedData>();
  });

  it("[IR-44] [7.1] a draft has the payload of its kind", () => {
    const place = { time: 0, action: -1, attempt: 0 };
    const drafts: EventDraft[] = [
      { kind: "proposal_admitted", ...place },
      { kind: "action_executing", ...place, data: { parameters: { n: 1 } } },
      { kind: "budget_exceeded", ...place, data: { limit: "max_actions" } },
      // @ts-expect-error it has a payload
      { kind: "budget_exceeded", ...place },
      // @ts-expect-error the payload of another kind
      { kind: "budget_exceeded", ...place, data: { reasons: [] } },
      // @ts-expect-error it has none
      { kind: "proposal_admitted", ...place, data: { limit: "max_actions" } },
      // @ts-expect-error there is no such field
      { kind: "budget_exceeded", ...place, data: { limit: "max_actions", left: 0 } },
      // @ts-expect-error there is no such kind
      { kind: "budget_spent", ...place },
    ];
    expectTypeOf(drafts).items.toEqualTypeOf<EventDraft>();
    expectTypeOf<DraftOf<"policy_decided">["data"]>().toEqualTypeOf<Decision>();
    expectTypeOf<{ readonly a: 1 }>().not.toExtend<EmptyPayload>();
  });

  it("[IR-44] what a log or a subscriber gets is JSON where the schema of a tool has no part in it", () => {
    expectTypeOf<EventDataOf["action_failed"]>().toExtend<JsonObject>();
    expectTypeOf<EventDataOf["approval_requested"]>().toExtend<JsonObject>();
    expectTypeOf<EventDataOf["proposal_completed"]>().toExtend<JsonObject>();
    expectTypeOf<EventDataOf["state_snapshot"]>().toExtend<JsonObject>();
  });
});
