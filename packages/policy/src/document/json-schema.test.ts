import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DataRule } from "../rules/data-rule.js";
import { policyJsonSchema } from "./json-schema.js";

const shipped = JSON.parse(readFileSync(new URL("../../policy.schema.json", import.meta.url), "utf8")) as unknown;

describe("policyJsonSchema", () => {
  it("[PO-56] is what policy.schema.json says (`npm run schema` writes it)", () => {
    expect(shipped).toEqual(policyJsonSchema());
  });

  it("[PO-56] describes every type of rule, and no other fields", () => {
    const types = DataRule.options.map(({ shape }) => shape.type.value);
    const text = JSON.stringify(shipped);
    for (const type of types) expect(text).toContain(`"const":"${type}"`);
    expect(text.split('"additionalProperties":false').length - 1).toBeGreaterThanOrEqual(types.length + 1);
  });
});
