import type { CarEvent, JsonObject, JsonValue } from "@car/ir";
import type { Account } from "./account.js";
import { clip } from "./wrap.js";

/** Events in a few words each, with their numbers in the log. */
export function showTrail(account: Account, events: readonly CarEvent[]): void {
  for (const { seq, kind, data } of events) {
    const facts = clip(factsOf(data), account.width - 5 - 6 - 24);
    account.line(`${account.paint.dim(`#${seq}`.padEnd(6))}${kind.padEnd(24)}${facts}`);
  }
}

/** What an event's data tells a person, whatever its kind; empty when the kind says it all. */
function factsOf(data: JsonObject): string {
  const { effect, reasons, cause, reason, changes, tool, parameters, by, approved, duration_ms: ms } = data;
  if (isObject(cause)) return `because of \`${textOf(cause["action_id"])}\`: ${textOf(cause["message"])}`;
  if (isObject(reason)) return textOf(reason["message"]);
  if (Array.isArray(changes)) return changes.filter(isObject).map(changeText).join(", ");
  if (typeof effect === "string") return [effect, ...policiesOf(reasons)].join(": ");
  if (typeof approved === "boolean") return `${approved ? "yes" : "no"}, by ${textOf(by)}`;
  if (typeof tool === "string")
    return `${tool} ${isObject(parameters) ? textOf(parameters["path"] ?? parameters["tag"]) : ""}`;
  return typeof ms === "number" ? `in ${ms.toFixed(1)} ms` : "";
}

function changeText({ key, value, origin }: JsonObject): string {
  return `${textOf(key)} = ${JSON.stringify(value)}, by ${textOf(origin)}`;
}

function policiesOf(reasons: JsonValue | undefined): readonly string[] {
  return Array.isArray(reasons) ? reasons.filter(isObject).map(({ policy_id: id }) => textOf(id)) : [];
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
