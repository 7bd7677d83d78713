import type { z } from "zod";
// From here, because reaching it through `z` brings all of zod into a bundle, with its messages in fifty languages.
import { $ZodObject } from "zod/v4/core";
import type { JsonValue } from "../json/json-value.js";
import { type Finding, MAX_PROBLEMS } from "./finding.js";
import { findingsOf, type KnownNames, stepsOf } from "./findings-of-issue.js";
import { issueMessage } from "./issue-message.js";
import { withoutMembers } from "./without-members.js";

/** How to treat fields that the schema does not know: each is a problem, or is left out and reported as a warning. */
export type UnknownFields = "error" | "warn";

/** What a schema made of an input, or everything that does not fit (`MAX_PROBLEMS` and one more, at most). */
export type Shape<T> = ({ readonly value: T } | { readonly findings: readonly Finding[] }) & {
  /** Unknown fields that were left out. */
  readonly dropped: readonly Finding[];
};

/** Checks an input against a schema and says in plain words what does not fit. Never throws. */
export function checkShape<S extends z.ZodType>(
  schema: S,
  input: JsonValue,
  unknownFields: UnknownFields,
): Shape<z.output<S>> {
  const dropped: Finding[] = [];
  let rest = input;
  // INVARIANT: each further round has fewer fields than the one before, so this ends.
  for (;;) {
    const names: KnownNames = new Map();
    const outcome = safeParse(schema, rest, names);
    if (outcome === undefined) return { findings: [{ path: [], message: "there are too many problems" }], dropped };
    if (outcome.success) return { value: outcome.data, dropped };
    const { issues } = outcome.error;
    const unknown = unknownFields === "warn" ? issues.filter(isUnrecognized) : [];
    if (unknown.length === 0) return { findings: collect(issues, rest, names), dropped };
    dropped.push(...collect(unknown, rest, names));
    rest = unknown.reduce((left, { path, keys }) => withoutMembers(left, stepsOf(path), keys), rest);
  }
}

function safeParse<S extends z.ZodType>(
  schema: S,
  input: JsonValue,
  names: KnownNames,
): z.ZodSafeParseResult<z.output<S>> | undefined {
  const error = (issue: z.core.$ZodRawIssue): string => {
    if (issue.code === "unrecognized_keys" && issue.inst instanceof $ZodObject) {
      names.set(issue.input, Object.keys(issue.inst._zod.def.shape));
    }
    return issueMessage(issue);
  };
  try {
    return schema.safeParse(input, { error });
  } catch (cause) {
    // Zod spreads its list of issues into a call, which overflows the stack when there are some 100,000 of them.
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

function collect(issues: readonly z.core.$ZodIssue[], input: JsonValue, names: KnownNames): Finding[] {
  const findings: Finding[] = [];
  for (const issue of issues) {
    if (findings.length > MAX_PROBLEMS) break;
    findings.push(...findingsOf(issue, input, names));
  }
  return findings;
}

function isUnrecognized(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueUnrecognizedKeys {
  return issue.code === "unrecognized_keys";
}
