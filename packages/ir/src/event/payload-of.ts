import { PayloadErasedError } from "../errors/plain-errors.js";
import type { JsonObject } from "../json/json-value.js";
import type { CarEvent, LiveEvent } from "./car-event.js";
import type { EventDataOf } from "./event-data-of.js";

/**
 * The payload of an event, of the type that its kind says.
 * @throws `PayloadErasedError` (`CAR_LOG_PAYLOAD_ERASED`) when it is gone, or was redacted or clipped for this reading.
 */
export function payloadOf<E extends CarEvent>(event: E): EventDataOf[E["kind"]];
export function payloadOf({ data, data_digest, seq }: CarEvent): CarEvent["data"] {
  if (data_digest !== undefined) throw new PayloadErasedError(seq);
  return data;
}

/** What an event shows in the place of its payload, as JSON of no known shape: for who hashes, prints or compares any event. */
export function jsonOfEvent({ data }: Pick<CarEvent | LiveEvent, "data">): JsonObject {
  return data as JsonObject;
}

/**
 * Takes the fields that a reader of a log has found, and whose envelope it has checked, for an event. The one place
 * where a payload gets the type of its kind unseen: who writes a log writes what `EventDataOf` says, and whether anybody
 * else has written to it is for `verifyChain` to find out, not for each reader of each payload.
 */
export function eventFromLog(checked: Readonly<Record<string, unknown>>): CarEvent {
  return checked as unknown as CarEvent;
}
