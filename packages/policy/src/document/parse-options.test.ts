import { ConfigInvalidError } from "@car/ir";
import { describe, expect, it } from "vitest";
import { checkPolicy } from "../check/check-policy.js";
import { parsePolicyCases } from "../situation/policy-cases.js";
import { type ParsePolicyOptions, parsePolicyDocument } from "./parse-policy-document.js";

const READERS = { parsePolicyDocument, parsePolicyCases, checkPolicy };

describe("options of what reads a policy", () => {
  it.each(Object.entries(READERS))("[PO-113] of `%s` are checked", (name, read) => {
    const refused = (options: unknown) => () => read("{}", options as ParsePolicyOptions);
    expect(refused({ format: "json", fil: "x" })).toThrow(
      new ConfigInvalidError(`\`${name}\` has no option \`fil\`; did you mean \`file\`?`),
    );
    expect(refused({ format: "json", file: 1 })).toThrow(new ConfigInvalidError("`file` is a text, not a number"));
    for (const options of [undefined, {}, { format: "xml" }, { format: "toString" }, { format: null }]) {
      expect(refused(options)).toThrow(
        new ConfigInvalidError(`\`${name}\`: \`format\` is one of \`yaml\`, \`toml\`, \`json\``),
      );
    }
    expect(refused(null)).toThrow(`\`${name}\` takes its options as an object, not null`);
  });

  it("[PO-113] names of tools are a list, and only `checkPolicy` looks at them", () => {
    const text = '{"version": 1, "rules": []}';
    const given = { format: "json", tools: "a" } as never;
    expect(() => checkPolicy(text, given)).toThrow(new ConfigInvalidError("`tools` is a list, not a string"));
    expect(() => parsePolicyDocument(text, given)).toThrow("has no option `tools`");
  });
});
