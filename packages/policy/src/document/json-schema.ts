import * as z from "zod";
import { PolicyDocument } from "./policy-document.js";

/** The JSON Schema of policy documents for editors; `policy.schema.json` in the package is this. */
export function policyJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(PolicyDocument, { io: "input", unrepresentable: "any" });
  return { ...schema, $id: "https://unpkg.com/@car/policy/policy.schema.json", title: "CAR policy document" };
}
