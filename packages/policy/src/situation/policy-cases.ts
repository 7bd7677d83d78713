import * as z from "zod";
import { checkAgainst } from "../document/check-document.js";
import { assertParseOptions, type ParsePolicyOptions, readDocument } from "../document/parse-policy-document.js";
import { situationFields } from "./policy-situation.js";

const PolicyCase = z.strictObject({
  name: z.string().min(1).max(256),
  ...situationFields,
  expect: z.enum(["allow", "require_approval", "deny"]),
  rules: z.array(z.string()).optional().describe("Ids of exactly the rules that decide it, in any order."),
});

/** Cases that a policy has to decide as expected: what a file for `car policy test` says. */
export const PolicyCases = z.strictObject({
  version: z.literal(1).describe("The version of this format."),
  cases: z.array(PolicyCase).min(1).max(10_000),
});
export type PolicyCases = Readonly<z.infer<typeof PolicyCases>>;

/** One of them. */
export type PolicyCase = Readonly<z.infer<typeof PolicyCase>>;

/**
 * Reads and checks cases.
 * @throws `PolicyDocumentInvalidError` with every problem: file, line, column, path.
 */
export function parsePolicyCases(text: string, options: ParsePolicyOptions): PolicyCases {
  assertParseOptions(options, "parsePolicyCases");
  return readDocument(text, options, (value) => checkAgainst(PolicyCases, value)).value;
}
