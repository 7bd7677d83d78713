import { describe, expect, it } from "vitest";
import { createSchemaCompiler } from "./create-schema-compiler.js";
import { bothPaths, placed } from "./testing/both-paths.js";

const person = {
  type: "object",
  properties: { name: { type: "string", minLength: 1 }, age: { type: "integer", minimum: 0 } },
  required: ["name", "age"],
  additionalProperties: false,
};

const boom = (): never => {
  throw new Error("boom");
};

describe("check", () => {
  it("[VA-4] [4.3] gives every problem with its place, also under awkward names", () => {
    const schema = { properties: { "a/b~c": { items: person } } };
    const value = {
      "a/b~c": [
        { name: "", age: -1.5 },
        { name: 1, extra: true },
      ],
    };
    expect(placed(bothPaths(schema).check(value))).toEqual([
      "/a~1b~0c/0/age type",
      "/a~1b~0c/0/age minimum",
      "/a~1b~0c/0/name minLength",
      "/a~1b~0c/1 required",
      "/a~1b~0c/1/name type",
      "/a~1b~0c/1/extra additionalProperties",
    ]);
  });

  it("[VA-4] orders problems by schema and value, not by the order in which a schema was written", () => {
    const written = { required: ["b", "a"], properties: { d: false, c: false } };
    const otherwise = { properties: { c: false, d: false }, required: ["b", "a"] };
    const value = { d: 1, c: 1 };
    expect(bothPaths(written).check(value)).toEqual(bothPaths(otherwise).check(value));
  });

  it("[VA-4] gives one frozen array to all valid values of all schemas", () => {
    const compiler = createSchemaCompiler();
    const none = compiler.compile(person).check({ name: "Ada", age: 36 });
    expect(none).toEqual([]);
    expect(Object.isFrozen(none)).toBe(true);
    expect(compiler.compile({ not: { type: "null" } }).check(1)).toBe(none);
    expect(createSchemaCompiler({ codegen: "never" }).compile(person).check({ name: "Al", age: 1 })).toBe(none);
  });

  it("[VA-5] does not quote the value", () => {
    const schema = { properties: { a: { enum: ["x"] }, b: { pattern: "^x" }, c: { type: "number" }, d: { const: 1 } } };
    const secret = "hunter2";
    const problems = bothPaths(schema).check({ a: secret, b: secret, c: secret, d: secret });
    expect(problems).toHaveLength(4);
    expect(JSON.stringify(problems)).not.toContain(secret);
  });

  it.each([
    ["a getter", Object.defineProperty({}, "name", { enumerable: true, get: boom })],
    ["a proxy", new Proxy({}, { get: boom })],
  ])("[VA-6] reports %s that throws, and works on", (_, value) => {
    const compiled = bothPaths(person);
    expect(placed(compiled.check(value))).toEqual([" limit"]);
    expect(compiled.check({ name: "Ada", age: 36 })).toEqual([]);
  });

  it.each([undefined, () => 1, Symbol("s"), 1n, NaN, Infinity, new Date(0), new Map()])(
    "[VA-6] refuses %s where a person is expected",
    (value) => {
      expect(bothPaths(person).check(value)).not.toEqual([]);
    },
  );
});
