import { emptyObject } from "../json/empty.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import { hasOnly, isObject, isText, isWhole, type Written } from "../parse/fits.js";
import type { Assumption, Compensation, Precondition } from "./action-base.js";
import { ID_PATTERN, MAX_ID_LENGTH } from "./action-id.js";
import type { Assertion, StateRead, StateWrite } from "./state-actions.js";

const PRECONDITION = {
  key: true,
  operator: true,
  value: true,
  description: true,
} as const satisfies Names<Precondition>;
const ASSUMPTION = { key: true, expected_value: true, read_version: true } as const satisfies Names<Assumption>;
const TOOL = { type: true, tool: true, parameters: true } as const;
const ACTION_REF = { type: true, action_id: true } as const;
const REFERENCE = { $ref: true } as const;
const WRITE = { key: true, value: true } as const satisfies Names<StateWrite["parameters"]>;
const READ = { key: true } as const satisfies Names<StateRead["parameters"]>;
const ASSERTION = { key: true, operator: true, expected: true } as const satisfies Names<Assertion["parameters"]>;

/** All members that a schema knows. */
export type Names<T> = Readonly<Record<keyof T, true>>;

export function isActionId(value: Written): value is string {
  return typeof value === "string" && value.length <= MAX_ID_LENGTH && ID_PATTERN.test(value);
}

export function fitPrecondition(written: JsonValue): Precondition | undefined {
  if (!isObject(written) || !hasOnly(written, PRECONDITION)) return undefined;
  const { key, operator = "eq", value = null, description = "" } = written;
  if (!isText(key) || typeof operator !== "string" || typeof description !== "string") return undefined;
  return Object.freeze({ key, operator, value, description });
}

export function isAssumption(written: Written): written is JsonObject & Assumption {
  if (!isObject(written) || !hasOnly(written, ASSUMPTION)) return false;
  const { key, read_version } = written;
  return isText(key) && (read_version === undefined || isWhole(read_version, 0));
}

export function fitCompensation(written: JsonValue): Compensation | undefined {
  if (!isObject(written)) return undefined;
  const { type, tool, parameters = emptyObject(), action_id } = written;
  if (type === "tool" && isText(tool) && isObject(parameters) && hasOnly(written, TOOL)) {
    return Object.freeze({ type, tool, parameters });
  }
  if (type === "action_ref" && isActionId(action_id) && hasOnly(written, ACTION_REF)) {
    return Object.freeze({ type, action_id });
  }
  return undefined;
}

export function isWrite(written: Written): written is JsonObject & StateWrite["parameters"] {
  return isObject(written) && hasOnly(written, WRITE) && isKey(written["key"]) && written["value"] !== undefined;
}

export function isRead(written: Written): written is JsonObject & StateRead["parameters"] {
  return isObject(written) && hasOnly(written, READ) && isKey(written["key"]);
}

export function fitAssertion(written: Written): Assertion["parameters"] | undefined {
  if (!isObject(written) || !hasOnly(written, ASSERTION)) return undefined;
  const { key, operator = "eq", expected } = written;
  if (!isKey(key) || typeof operator !== "string") return undefined;
  if (expected !== undefined) return Object.freeze({ key, operator, expected });
  return operator === "exists" || operator === "not_exists" ? Object.freeze({ key, operator }) : undefined;
}

function isKey(value: Written): value is string | { $ref: string } {
  return isText(value) || (isObject(value) && hasOnly(value, REFERENCE) && isText(value["$ref"]));
}
