import { fitAction } from "../action/fit-action.js";
import { emptyObject } from "../json/empty.js";
import type { JsonArray, JsonValue } from "../json/json-value.js";
import type { Names } from "../action/fit-parts.js";
import { hasOnly, isObject, isText } from "../parse/fits.js";
import { type ActionProposal, FORMAT_VERSION, MAX_PROPOSAL_ID_LENGTH, Timestamp } from "./action-proposal.js";
import type { Unfilled } from "./check-proposal.js";

const NAMES: Names<ActionProposal> = {
  ...{ format_version: true, id: true, source: true, actions: true, timestamp: true, context: true },
};

/** What the schema `ActionProposal` makes of a frozen JSON value; otherwise as `fitAction`. */
export function fitProposal(written: JsonValue): Unfilled | undefined {
  if (!isObject(written) || !hasOnly(written, NAMES)) return undefined;
  const { format_version = FORMAT_VERSION, source = "unknown", context = emptyObject(), id, timestamp } = written;
  if (format_version !== FORMAT_VERSION || typeof source !== "string" || !isObject(context)) return undefined;
  if (id !== undefined && !(isText(id) && id.length <= MAX_PROPOSAL_ID_LENGTH)) return undefined;
  if (timestamp !== undefined && !Timestamp.safeParse(timestamp).success) return undefined;
  const actions = fitActions(written["actions"]);
  return actions && { format_version, id, source, actions, timestamp: timestamp as string | undefined, context };
}

function fitActions(written: JsonValue | undefined): Unfilled["actions"] | undefined {
  if (!Array.isArray(written) || written.length === 0) return undefined;
  const actions = new Array<Unfilled["actions"][number]>(written.length);
  for (let index = 0; index < actions.length; index++) {
    const action = fitAction((written as JsonArray)[index]!);
    if (action === undefined) return undefined;
    actions[index] = action;
  }
  return actions;
}
