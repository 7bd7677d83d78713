import { type CarEvent, jsonOfEvent, type JsonObject, type JsonValue, type LiveEvent } from "@car/ir";
import { hideSecrets } from "../redact/hide-secrets.js";
import { objectAt, objectsAt, textAt } from "../payload/payload-facts.js";

/** What an action does, as far as events tell: the values of secrets are hidden. */
export interface CallFacts {
  /** The tool that is called; of an action that calls none, its type. */
  readonly tool: string;
  /** As they were resolved when it was started; until then as the proposal has them. */
  readonly parameters?: JsonValue;
}

/** Remembers, of the runs that are open, what each action does. Show it every event, in order. */
export class CallBook {
  private readonly runs = new Map<string, Map<string, CallFacts>>();

  /** What the actions of a proposal do, in its order, from the event that has it. */
  proposed(event: CarEvent | LiveEvent): readonly (readonly [string, CallFacts])[] {
    return [...proposedCalls(event)];
  }

  /** Takes a note, and gives what the event's action does, if it has one. */
  see(event: CarEvent | LiveEvent): CallFacts | undefined {
    const { kind, run_id, action_id } = event;
    if (run_id === undefined) return undefined;
    if (kind === "proposal_received") this.runs.set(run_id, proposedCalls(event));
    const calls = this.runs.get(run_id);
    if (kind === "proposal_completed") this.runs.delete(run_id);
    if (action_id === undefined) return undefined;
    const call = calls?.get(action_id);
    const resolved = kind === "action_executing" ? objectAt(jsonOfEvent(event), "parameters") : undefined;
    if (call === undefined || resolved === undefined) return call;
    const now = { tool: call.tool, parameters: hideSecrets(resolved) };
    calls?.set(action_id, now);
    return now;
  }
}

/** What the actions of a proposal do, by their ids, from the event that has it. */
export function proposedCalls(event: CarEvent | LiveEvent): Map<string, CallFacts> {
  const actions = objectsAt(objectAt(jsonOfEvent(event), "proposal") ?? {}, "actions");
  return new Map(actions.map((action) => [textAt(action, "id") ?? "", callOf(action)]));
}

function callOf(action: JsonObject): CallFacts {
  const parameters = objectAt(action, "parameters");
  return {
    tool: textAt(action, "tool") ?? textAt(action, "type") ?? "unknown",
    ...(parameters !== undefined && { parameters: hideSecrets(parameters) }),
  };
}
