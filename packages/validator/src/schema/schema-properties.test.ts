import { CarError, type JsonValue } from "@car/ir";
import type { CompiledSchema } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateValidator } from "./codegen/generate-validator.js";
import { plainSchema } from "./codegen/plain-schema.js";
import { createSchemaCompiler } from "./create-schema-compiler.js";
import { addDocument } from "./document/add-document.js";
import { extendedLibrary } from "./document/library.js";
import { assertSchema, standardLibrary } from "./schema-checks.js";
import { anyInstance, anyPlainSchema, anySchema } from "./testing/any-schema.js";
import { bothPaths } from "./testing/both-paths.js";

const limits = { maxSteps: 20_000 };

describe("schemas in general", () => {
  it("[VA-7] have the same problems on both paths", () => {
    fc.assert(
      fc.property(anySchema, fc.array(anyInstance, { minLength: 1, maxLength: 10 }), (schema, values) => {
        const compiled = bothPaths(schema, { limits });
        for (const value of values) expect(Array.isArray(compiled.check(value))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("[VA-7] [VA-8] are accepted by generated code exactly when the interpreter accepts", () => {
    fc.assert(
      fc.property(anyPlainSchema, fc.array(anyInstance, { minLength: 1, maxLength: 10 }), (schema, values) => {
        const library = extendedLibrary(standardLibrary());
        const plain = plainSchema(addDocument(library, "", schema as boolean), library);
        expect(plain).toBeDefined();
        const generated = generateValidator(plain ?? false);
        const interpreted = createSchemaCompiler({ codegen: "never" }).compile(schema);
        for (const value of values) expect(interpreted.check(value).length === 0).toBe(generated(value));
      }),
      { numRuns: 200 },
    );
  });

  it("[VA-1] are schemas, the generated ones too", () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        assertSchema(schema, "it");
      }),
    );
  });

  it("[VA-4] have a problem exactly when their negation has none", () => {
    fc.assert(
      fc.property(anySchema, anyInstance, (schema, value) => {
        const compiler = createSchemaCompiler({ limits });
        const [plain, negated] = [schema, { not: { $id: "https://a.example/inner", ...(schema as object) } }].map(
          (one) => compiler.compile(one).check(value),
        );
        const isUndecided = [plain, negated].flat().some((problem) => problem?.keyword === "limit");
        if (!isUndecided) expect(plain?.length === 0).toBe(negated?.length !== 0);
      }),
      { numRuns: 200 },
    );
  });
});

describe("any JSON at all", () => {
  const words = ["type", "properties", "items", "$ref", "$id", "$defs", "anyOf", "pattern", "enum", "$schema", "not"];
  const key = fc.oneof(
    fc.constantFrom(...words, "$anchor", "$dynamicRef", "required", "__proto__", "minLength"),
    fc.string(),
  );
  const leaf = fc.oneof(
    fc.constantFrom<JsonValue>(
      "string",
      "object",
      "#",
      "#/properties/a",
      "#a",
      "a.json",
      "(",
      "^a+$",
      "urn:x",
      0,
      -1,
      1.5,
    ),
    fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<JsonValue>,
  );
  const json = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, depthSize: "medium" },
      leaf,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.array(fc.tuple(key, tie("value")), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
    ),
  })).value;

  it("[VA-1] compiles or is refused with CAR_SCHEMA_INVALID, and what compiles can check anything", () => {
    fc.assert(
      fc.property(json, json, (schema, value) => {
        const compiled = compileOrUndefined(schema);
        if (compiled !== undefined) expect(Array.isArray(compiled.check(value))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("[VA-1] the same for schemas one keyword of which was replaced", () => {
    fc.assert(
      fc.property(anySchema, fc.tuple(fc.constantFrom(...words), json), anyInstance, (schema, wrong, value) => {
        const compiled = compileOrUndefined({ ...(schema as object), ...Object.fromEntries([wrong]) });
        if (compiled !== undefined) expect(Array.isArray(compiled.check(value))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  function compileOrUndefined(schema: JsonValue): CompiledSchema | undefined {
    try {
      return createSchemaCompiler({ limits }).compile(schema);
    } catch (error) {
      if (CarError.isInstance(error) && error.code === "CAR_SCHEMA_INVALID") return undefined;
      throw error;
    }
  }
});
