import * as z from "zod";
import { DataRule } from "../rules/data-rule.js";

/** More rules than anybody reviews; beyond them a check of the whole document would take too long. */
const MAX_RULES = 10_000;

/** A policy as data: what a policy file says, in YAML, TOML or JSON. */
export const PolicyDocument = z.strictObject({
  version: z.literal(1).describe("The version of this format."),
  default: z.enum(["allow", "deny"]).optional().describe("What holds when no rule says anything. Absent: allow."),
  rules: z.array(DataRule).max(MAX_RULES),
});
export type PolicyDocument = Readonly<z.infer<typeof PolicyDocument>>;
