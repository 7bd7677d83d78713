import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ToolInvalidError } from "../errors/plain-errors.js";
import { anyJson, LAW } from "../testing/arbitrary-json.js";
import { parseToolSchema } from "./parse-tool-schema.js";

describe("parseToolSchema", () => {
  it("[IR-23] fills defaults: an unmarked tool is irreversible and takes any object", () => {
    expect(parseToolSchema({ name: "echo" })).toEqual({
      name: "echo",
      description: "",
      parameters: { type: "object" },
      idempotent: false,
      reversibility: "irreversible",
      effects: [],
      shared: false,
      metadata: {},
    });
  });

  it("[IR-23] keeps what is given, frozen and apart from the input", () => {
    const parameters = { type: "object", properties: { __proto__: { type: "string" } } };
    const effects = ["orders*", { key: "last", value: "$output.id" }];
    const compensation = { tool: "undo", parameters: { id: "$output.id" } };
    const input = {
      name: "order",
      parameters,
      effects,
      compensation,
      rate_limit: { max_calls: 1, interval_secs: 0.5 },
    };
    const schema = parseToolSchema({ ...input, reversibility: "compensable", cache_ttl_secs: 60, max_concurrency: 2 });
    effects.length = 0;
    expect(schema).toMatchObject({ ...input, effects: ["orders*", { key: "last", value: "$output.id" }] });
    expect(Object.isFrozen(schema) && Object.isFrozen(schema.effects) && Object.isFrozen(schema.parameters)).toBe(true);
  });

  it.each([
    [5, "tool is invalid: expected an object, got a number"],
    [{ name: "" }, "tool is invalid: name: must not be empty"],
    [{ name: "t", descripton: "x" }, "tool `t` is invalid: descripton: unknown field, did you mean `description`?"],
    [
      { name: "t", rate_limit: { max_calls: 0, interval_secs: -1 } },
      "tool `t` is invalid: rate_limit.max_calls: expected a number of more than 0; rate_limit.interval_secs: expected a number of more than 0",
    ],
    [
      { name: "t", reversibility: "reversable" },
      "tool `t` is invalid: reversibility: expected one of `reversible`, `compensable`, `irreversible`, got `reversable`, did you mean `reversible`?",
    ],
    [
      { name: "t", effects: [{ key: "k", value: "output" }] },
      "tool `t` is invalid: effects[0].value: expected text that starts with `$output`",
    ],
    [{ name: "t", effects: [5] }, "tool `t` is invalid: effects[0]: expected a string or an object, got a number"],
    [{ name: "t", parameters: { minimum: Infinity } }, "tool `t` is invalid: parameters.minimum: Infinity is not JSON"],
    [{ name: "t", parameters: true }, "tool `t` is invalid: parameters: expected an object, got a boolean"],
    [{ name: "odd name\n", cache_ttl_secs: 0 }, "tool is invalid: cache_ttl_secs: expected a number of more than 0"],
  ])("[IR-23] refuses %j", (input, message) => {
    expect(() => parseToolSchema(input)).toThrow(new ToolInvalidError(message));
  });

  it("[IR-23] gives a schema or a `ToolInvalidError`, whatever the input", () => {
    const law = fc.property(fc.oneof(anyJson, fc.anything()), (input) => {
      try {
        return Object.isFrozen(parseToolSchema(input));
      } catch (error) {
        return error instanceof ToolInvalidError;
      }
    });
    fc.assert(law, LAW);
  });
});
