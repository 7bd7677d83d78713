import type { z } from "zod";
import type { PathStep } from "../json/json-path.js";
import type { JsonValue } from "../json/json-value.js";
import { type Finding, MAX_PROBLEMS } from "./finding.js";
import { nearestName } from "./nearest-name.js";

/** For each object in which a schema met an unknown field: the fields it knows there. */
export type KnownNames = Map<unknown, readonly string[]>;

type Issue = z.core.$ZodIssue;

/** What one issue of zod means for whoever wrote `input`: where, what, and what was probably meant. */
export function findingsOf(issue: Issue, input: JsonValue, names: KnownNames): Finding[] {
  const path = stepsOf(issue.path);
  const found = valueAt(input, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.slice(0, MAX_PROBLEMS + 1).map((key) => {
        return { path: [...path, key], message: issue.message, ...meant(key, names.get(found) ?? []) };
      });
    case "invalid_value":
      return [{ path, message: issue.message, ...meant(found, issue.values) }];
    case "invalid_union":
      return unionFindings(issue, input, names);
    case "invalid_type":
    case "too_small":
    case "too_big":
    case "invalid_format":
    case "not_multiple_of":
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return [{ path, message: issue.message }];
  }
}

/** A path of zod, whose type also allows symbols. */
export function stepsOf(path: readonly PropertyKey[]): PathStep[] {
  return path.map((step) => (typeof step === "symbol" ? String(step) : step));
}

/** When the value fits one variant from the outside, what is wrong inside it is what there is to say. */
function unionFindings(issue: z.core.$ZodIssueInvalidUnion, input: JsonValue, names: KnownNames): Finding[] {
  const path = stepsOf(issue.path);
  const options = "options" in issue ? (issue.options ?? []) : [];
  const branch = issue.errors.find((issues) => !issues.some((inner) => inner.path.length === 0 && isMismatch(inner)));
  if (branch === undefined) return [{ path, message: issue.message, ...meant(valueAt(input, path), options) }];
  return branch.flatMap((inner) => findingsOf({ ...inner, path: [...issue.path, ...inner.path] }, input, names));
}

function isMismatch({ code }: Issue): boolean {
  return code === "invalid_type" || code === "invalid_value";
}

function meant(written: unknown, known: readonly unknown[]): { did_you_mean?: string } {
  if (typeof written !== "string") return {};
  const nearest = nearestName(
    written,
    known.filter((name) => typeof name === "string"),
  );
  return nearest === undefined ? {} : { did_you_mean: nearest };
}

function valueAt(input: JsonValue, path: readonly PathStep[]): unknown {
  let value: unknown = input;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<PathStep, unknown>>)[step];
  }
  return value;
}
