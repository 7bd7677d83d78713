import { type CarEvent, jsonOfEvent, type JsonObject, type Reason } from "@car/ir";

/** A payload's member that is an object, or `undefined`. Payloads may be erased or redacted, so nothing is certain. */
export function objectAt(data: JsonObject, name: string): JsonObject | undefined {
  const value = Object.hasOwn(data, name) ? data[name] : undefined;
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** A payload's member that is a text, or `undefined`. */
export function textAt(data: JsonObject, name: string): string | undefined {
  const value = Object.hasOwn(data, name) ? data[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The objects in a payload's array; empty when there is none. */
export function objectsAt(data: JsonObject, name: string): readonly JsonObject[] {
  const value = Object.hasOwn(data, name) ? data[name] : undefined;
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is JsonObject => typeof item === "object" && item !== null && !Array.isArray(item));
}

/** The reason an event gives: its `reason`, or a run's `cause`. */
export function reasonOf(event: Pick<CarEvent, "data">): Reason | undefined {
  const data = jsonOfEvent(event);
  const reason = objectAt(data, "reason") ?? objectAt(data, "cause");
  return reason !== undefined && isReason(reason) ? reason : undefined;
}

/** Ids of the policy rules that an event names, in its order. */
export function policiesOf(event: Pick<CarEvent, "data">): readonly string[] {
  const decided = objectsAt(jsonOfEvent(event), "reasons").flatMap((reason) => textAt(reason, "policy_id") ?? []);
  return [...new Set([...decided, ...(reasonOf(event)?.policies ?? [])])];
}

function isReason(value: JsonObject): value is JsonObject & Reason {
  return typeof value["code"] === "string" && typeof value["message"] === "string";
}
