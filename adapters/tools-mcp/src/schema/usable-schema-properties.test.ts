import { createRequire } from "node:module";
import { type JsonObject, SchemaInvalidError } from "@car/ir";
import { createSchemaCompiler } from "@car/validator";
import { Ajv, type Options } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import AjvDraft04 from "ajv-draft-04";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyJunk, anySchemaOf, anyValue } from "../testing/any-schema.js";
import type { Dialect } from "./dialect.js";
import { usableSchema } from "./usable-schema.js";

/** `CAR_MCP_CASES` makes it longer or shorter, `CAR_SEED` draws other cases. */
const CASES = Number(process.env["CAR_MCP_CASES"] ?? 300);
const OPTIONS: Options = { strict: false, validateFormats: false, logger: false, addUsedSchema: false };

/** What the draft itself says of values: the judgement of another validator. */
function judgeOf(dialect: Dialect): (schema: JsonObject) => (value: unknown) => boolean {
  // Every few schemas a new one: it keeps what it has compiled.
  let judge = newJudge(dialect);
  let left = 200;
  return (schema) => {
    if (--left === 0) {
      judge = newJudge(dialect);
      left = 200;
    }
    const check = judge.compile(dialect < 2019 ? (JSON.parse(JSON.stringify(schema), alone) as JsonObject) : schema);
    return (value) => {
      try {
        return check(value) === true;
      } catch (error) {
        // Some of the code that it generates for 2019-09 and later uses a variable that is not there, or is not set.
        fc.pre(!(error instanceof ReferenceError || error instanceof TypeError));
        throw error;
      }
    };
  };
}

/** The judge heeds what stands beside a reference, in drafts too that do not. */
function alone(_key: string, value: unknown): unknown {
  return typeof value === "object" && value !== null && "$ref" in value ? { $ref: value.$ref } : value;
}

function newJudge(dialect: Dialect): { compile(schema: JsonObject): (value: unknown) => unknown } {
  if (dialect === 4) return new AjvDraft04.default(OPTIONS);
  if (dialect === 2019) return new Ajv2019(OPTIONS);
  if (dialect === 2020) return new Ajv2020(OPTIONS);
  const ajv = new Ajv(OPTIONS);
  if (dialect === 6)
    ajv.addMetaSchema(createRequire(import.meta.url)("ajv/dist/refs/json-schema-draft-06.json") as object);
  return ajv;
}

describe("a schema of another draft", () => {
  const compiler = createSchemaCompiler({ codegen: "never", cacheSize: 1 });

  it.each<Dialect>([4, 6, 7, 2019, 2020])(
    "[TM-2] accepts what the original accepts in draft %d, and nothing else",
    (dialect) => {
      const judge = judgeOf(dialect);
      fc.assert(
        fc.property(anySchemaOf(dialect), fc.array(anyValue, { minLength: 8, maxLength: 8 }), (schema, values) => {
          const original = judge(schema);
          const { compiled, unchecked } = usableSchema(schema, compiler);
          expect(unchecked).toEqual([]);
          for (const value of values) {
            if ((compiled.check(value).length === 0) !== original(value)) {
              throw new Error(
                `${JSON.stringify(value)} is ${original(value) ? "accepted" : "refused"} by the original`,
              );
            }
          }
        }),
        { numRuns: CASES },
      );
    },
  );

  it("[TM-27] refuses nothing that the original accepts, where a part of it cannot be checked", () => {
    fc.assert(
      fc.property(anySchemaOf(2020), fc.array(anyValue, { minLength: 8, maxLength: 8 }), (schema, values) => {
        // The same in Perl's words, for which there is no certain translation.
        const text = JSON.stringify(schema).replaceAll('"^a"', '"(?>^a)"');
        const partly = usableSchema(JSON.parse(text) as JsonObject, compiler).compiled;
        const original = usableSchema(schema, compiler).compiled;
        const stricter = values.filter((value) => original.check(value).length === 0 && partly.check(value).length > 0);
        expect(stricter).toEqual([]);
      }),
      { numRuns: CASES },
    );
  });

  it("[TM-2] [TM-24] becomes one that the runtime takes, or is refused as no schema, whatever was sent", () => {
    fc.assert(
      fc.property(anyJunk, anyValue, (junk, value) => {
        try {
          usableSchema(junk, compiler).compiled.check(value);
        } catch (error) {
          if (!(error instanceof SchemaInvalidError)) throw error;
        }
      }),
      { numRuns: CASES * 4 },
    );
  });
});
