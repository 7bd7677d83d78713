import { type CarEvent, type EventKind, jsonOfEvent, type JsonObject } from "@car/ir";
import { objectsAt, policiesOf, reasonOf, textAt } from "../payload/payload-facts.js";
import { hideSecrets } from "../redact/hide-secrets.js";
import type { CallFacts } from "./call-book.js";

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
  action_succeeded: (data) => `action succeeded${shown("output", data)}`,
  compensation_started: (data) =>
    `compensation started with \`${textAt(data, "tool") ?? "unknown"}\`${shown("parameters", data)}`,
  compensation_succeeded: (data) => `compensation succeeded${shown("output", data)}`,
  config_changed: (data) => `configuration changed: ${textAt(data, "change") ?? "unknown"}`,
};

const WHEN: Readonly<Record<string, string>> = {
  before: "before the call",
  after: "after the call",
  undo: "before it is undone",
};

const KNOWN: Readonly<Record<string, string>> = { happened: "it happened", not_happened: "it did not happen" };

/** A value that is longer is cut. */
const SHOWN_LENGTH = 500;

/**
 * One line about an event for people: what happened, with what, why, and which rules had a say. With what a `CallBook` says of its
 * action, what is started is named too. Values are cut, and those of secrets hidden. The wording may change in any release.
 */
export function describeEvent(event: CarEvent, call?: CallFacts): string {
  const data = jsonOfEvent(event);
  if (event.kind === "action_executing" && call !== undefined) return `action executing: ${describeCall(call)}`;
  const what = WORDS[event.kind]?.(data) ?? event.kind.replaceAll("_", " ");
  if (event.data_digest !== undefined && Object.keys(data).length === 0) return `${what} (payload erased)`;
  const why = reasonText(event);
  return why === "" ? what : `${what}: ${why}`;
}

/** A call as it would be written down. */
export function describeCall({ tool, parameters }: CallFacts): string {
  return parameters === undefined ? tool : `${tool} ${cut(JSON.stringify(parameters))}`;
}

function shown(name: string, data: JsonObject): string {
  const value = Object.hasOwn(data, name) ? data[name] : undefined;
  return value === undefined ? "" : `: ${cut(JSON.stringify(hideSecrets(value)))}`;
}

function cut(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}… (${text.length} characters)`;
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
