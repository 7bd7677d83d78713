import { hash } from "node:crypto";
import { canonicalJson, JsonInvalidError, jsonOfEvent, type CarEvent, type JsonObject, type LiveEvent } from "@car/ir";

/** An event with its place in the chain, and its payload as canonical JSON. */
export interface SealedEvent {
  readonly event: CarEvent;
  readonly payload: string;
}

/**
 * Puts an event behind the one with the hash `prev_hash`. A payload that is not plain JSON is replaced by a note, so
 * that one bad value does not end the log.
 */
export function sealEvent(event: LiveEvent, prev_hash: string): SealedEvent {
  const { data: _, ...facts } = event;
  const sealed = plainOf(jsonOfEvent(event));
  const payload = canonicalJson(sealed);
  const digest = hash("sha256", payload);
  const own = hash("sha256", canonicalJson({ ...facts, data: digest, prev_hash }));
  return { event: { ...facts, data: sealed, prev_hash, hash: own }, payload };
}

function plainOf(data: JsonObject): JsonObject {
  try {
    canonicalJson(data);
    return data;
  } catch (error) {
    if (!(error instanceof JsonInvalidError)) throw error;
    return { unrecorded: error.message };
  }
}
