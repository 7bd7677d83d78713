import type { z } from "zod";
import { mismatch } from "../json/mismatch.js";
import { typeName } from "../json/type-name.js";

type RawIssue = z.core.$ZodRawIssue;

/** A word longer than this is not repeated in a message. */
const MAX_QUOTED = 40;

const EXPECTED: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "an array",
  object: "an object",
  record: "an object",
};

/** Says in plain words what was expected and what was there instead. Quotes only short words, never contents. */
export function issueMessage(issue: RawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return mismatch(EXPECTED[issue.expected] ?? issue.expected, issue.input, gotType(issue));
    case "invalid_value":
      return mismatch(oneOf(issue.values), issue.input, quote(issue.input));
    case "invalid_union":
      return unionMessage(issue);
    case "unrecognized_keys":
      return "unknown field";
    case "too_small":
      return sizeMessage(issue.origin, issue.minimum, issue.inclusive === false ? "more than" : "at least");
    case "too_big":
      return sizeMessage(issue.origin, issue.maximum, issue.inclusive === false ? "less than" : "at most");
    case "invalid_format":
      return formatMessage(issue);
    case "not_multiple_of":
      return `expected a multiple of ${issue.divisor}`;
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return "not valid here";
  }
}

function gotType({ expected, input }: Extract<RawIssue, { code: "invalid_type" }>): string {
  return expected === "int" && typeof input === "number" ? "a fraction" : typeName(input);
}

function unionMessage(issue: Extract<RawIssue, { code: "invalid_union" }>): string {
  if (issue.discriminator !== undefined && Array.isArray(issue["options"])) {
    const value = (issue.input as Readonly<Record<string, unknown>>)[issue.discriminator];
    return mismatch(oneOf(issue["options"]), value, quote(value));
  }
  const expected = issue.errors.flatMap((branch) => branch.filter(isTypeIssue).map(({ expected }) => expected));
  return mismatch([...new Set(expected)].map((name) => EXPECTED[name] ?? name).join(" or "), issue.input);
}

function isTypeIssue(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueInvalidType {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

function oneOf(values: readonly unknown[]): string {
  const [first, ...rest] = values.map((value) => `\`${String(value)}\``);
  return rest.length === 0 ? String(first) : `one of ${[first, ...rest].join(", ")}`;
}

function quote(value: unknown): string {
  const isShort = typeof value === "string" && /^[\w .:-]+$/.test(value) && value.length <= MAX_QUOTED;
  return isShort || typeof value === "number" ? `\`${value}\`` : typeName(value);
}

function sizeMessage(origin: string, bound: number | bigint, comparison: string): string {
  if (origin === "string") return bound === 1 ? "must not be empty" : `expected ${comparison} ${bound} characters`;
  if (origin === "array") return `expected ${comparison} ${bound} ${bound === 1 ? "entry" : "entries"}`;
  return `expected a number of ${comparison} ${bound}`;
}

function formatMessage(issue: Extract<RawIssue, { code: "invalid_format" }>): string {
  if (issue.format === "datetime") return "expected an RFC 3339 time such as `2026-01-31T12:00:00Z`";
  if (issue.format === "starts_with") return `expected text that starts with \`${String(issue.prefix)}\``;
  return `expected text of the form ${issue.format}`;
}
