import type { JsonObject, JsonValue } from "@car/ir";
import { codePointLength } from "../value/instance.js";
import type { PlainSchema } from "./plain-keywords.js";
import { statementsOf } from "./statements.js";

/**
 * Generates code that accepts or refuses a value at the first failure. Each schema becomes a function of its own; of what a
 * schema says, only names, numbers and strings get into the text, and only as JSON writes them.
 */
export function generateValidator(schema: PlainSchema): (value: unknown) => boolean {
  const functions = ["const f0 = () => false;", "const f1 = () => true;"];

  const nameOf = (part: JsonValue): string => {
    if (typeof part === "boolean") return part ? "f1" : "f0";
    const body = statementsOf(part as JsonObject, nameOf).join("\n");
    const name = `f${functions.length}`;
    functions.push(`function ${name}(d) {\nlet m;\n${body}\nreturn true;\n}`);
    return name;
  };
  const root = nameOf(schema);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- asked for only where code generation is allowed
  const make = new Function("lengthOf", `"use strict";\n${functions.join("\n")}\nreturn ${root};`) as (
    lengthOf: (text: string) => number,
  ) => (value: unknown) => boolean;
  return make(codePointLength);
}
