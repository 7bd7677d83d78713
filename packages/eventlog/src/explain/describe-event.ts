import { type CarEvent, type EventKind, jsonOfEvent, type JsonObject } from "@car/ir";
import { objectsAt, policiesOf, reasonOf, textAt } from "../payload/payload-facts.js";

/** Kinds whose name does not say enough; every other kind is its name in words. */
const WORDS: Readonly<Partial<Record<EventKind, (data: JsonObject) => string>>> = {
  proposal_completed: (data) => `proposal ended: ${textAt(data, "status") ?? "unknown"}`,
  policy_decided: (data) => `policy decided: ${textAt(data, "effect") ?? "unknown"}`,
  approval_recorded: (data) => `approval recorded: ${data["approved"] === true ? "approved" : "denied"}`,
  action_deduplicated: (data) => `answered by an earlier call${earlier(data)}`,
  cache_hit: (data) => `answered from the cache${earlier(data)}`,
  image_read: (data) => `what it changes was read ${WHEN[textAt(data, "when") ?? ""] ?? ""}`.trimEnd(),
  action_probed: (data) => `asked what became of the call: ${KNOWN[textAt(data, "answer") ?? ""] ?? "nobody can tell"}`,
  undo_started: () => "the committed run is undone",
  undo_completed: (data) => `the run was undone; left outside: ${textAt(data, "external_effects") ?? "unknown"}`,
  compensation_started: (data) => `compensation started with \`${textAt(data, "tool") ?? "unknown"}\``,
  config_changed: (data) => `configuration changed: ${textAt(data, "change") ?? "unknown"}`,
};

const WHEN: Readonly<Record<string, string>> = {
  before: "before the call",
  after: "after the call",
  undo: "before it is undone",
};

const KNOWN: Readonly<Record<string, string>> = { happened: "it happened", not_happened: "it did not happen" };

/**
 * One line about an event for people: what happened, why, and which rules had a say. Payload values other than reasons
 * are not shown. The wording may change in any release.
 */
export function describeEvent(event: CarEvent): string {
  const data = jsonOfEvent(event);
  const what = WORDS[event.kind]?.(data) ?? event.kind.replaceAll("_", " ");
  if (event.data_digest !== undefined && Object.keys(data).length === 0) return `${what} (payload erased)`;
  const why = reasonText(event);
  return why === "" ? what : `${what}: ${why}`;
}

function reasonText(event: CarEvent): string {
  const reason = reasonOf(event);
  if (reason !== undefined) return `${reason.message} (${[reason.code, ...policiesOf(event)].join(", ")})`;
  const decided = objectsAt(jsonOfEvent(event), "reasons").map((each) => {
    const source = textAt(each, "policy_id") ?? textAt(each, "code") ?? "unknown";
    return `${textAt(each, "message") ?? ""} (${source})`;
  });
  return decided.join("; ");
}

function earlier(data: JsonObject): string {
  const action = textAt(data, "from_action_id");
  return action === undefined ? "" : ` of \`${action}\` in run ${textAt(data, "from_run_id") ?? "unknown"}`;
}
