import { describe, expect, it } from "vitest";
import { ConfigInvalidError } from "../errors/plain-errors.js";
import { assertKnownOptions } from "./assert-known-options.js";

const KNOWN = ["policy", "capabilities"];

describe("assertKnownOptions", () => {
  it.each([undefined, {}, { policy: 1 }, { capabilities: undefined, policy: null }])("[IR-43] takes %j", (options) => {
    expect(() => assertKnownOptions(options, KNOWN, "createRuntime")).not.toThrow();
  });

  it("[IR-43] refuses what nobody reads, with the nearest name", () => {
    const refused = (options: object) => () => assertKnownOptions(options, KNOWN, "createRuntime");
    expect(refused({ policy: 1, polcy: 2 })).toThrow(
      new ConfigInvalidError("`createRuntime` has no option `polcy`; did you mean `policy`?"),
    );
    expect(refused({ zebra: undefined })).toThrow(new ConfigInvalidError("`createRuntime` has no option `zebra`"));
    expect(refused(JSON.parse('{"__proto__": 1}') as object)).toThrow("no option `__proto__`");
  });

  it.each([
    [null, "null"],
    ["policy", "a string"],
    [1, "a number"],
    [() => 1, "a function"],
  ])("[IR-43] refuses %j, which is no object", (options, kind) => {
    expect(() => assertKnownOptions(options, KNOWN, "createRuntime")).toThrow(
      new ConfigInvalidError(`\`createRuntime\` takes its options as an object, not ${kind}`),
    );
  });
});
