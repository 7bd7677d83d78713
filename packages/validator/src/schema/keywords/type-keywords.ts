import { type JsonValue, jsonEqual } from "@car/ir";
import { type Keyword, keyword } from "../interpret/keyword.js";
import { type Evaluator, fail } from "../interpret/run.js";
import { isArray, isNumber, isObject } from "../value/instance.js";

const PREDICATES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: isNumber,
  // Beyond 2^53 a number may stand for another integer than the one that was written.
  integer: (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === "boolean",
  object: isObject,
  array: isArray,
  null: (value) => value === null,
};

const LONGEST_LIST = 200;

/** `type`, `enum`, `const`: which values are meant at all. */
export const typeKeywords: readonly Keyword[] = [
  keyword<string | readonly string[]>({
    name: "type",
    vocabulary: "validation",
    compile({ value, complaint }) {
      const types = typeof value === "string" ? [value] : value;
      const complain = complaint(`must be ${types.join(" or ")}`);
      const tooLarge = complaint(
        "must be an integer that a number keeps exactly, from -9007199254740991 to 9007199254740991",
      );
      const predicates = types.flatMap((type) => PREDICATES[type] ?? []);
      const failOf = (data: unknown): typeof complain =>
        Number.isInteger(data) && types.includes("integer") ? tooLarge : complain;
      const [only] = predicates;
      if (only !== undefined && predicates.length === 1) return (data, run) => only(data) || fail(run, failOf(data));
      return (data, run) => predicates.some((holds) => holds(data)) || fail(run, failOf(data));
    },
  }),
  keyword<readonly JsonValue[]>({
    name: "enum",
    vocabulary: "validation",
    compile: ({ value, complaint }) => oneOfValues(value, complaint(`must be one of ${listed(value)}`)),
  }),
  keyword({
    name: "const",
    vocabulary: "validation",
    compile: ({ value, complaint }) => oneOfValues([value], complaint(`must be ${listed([value])}`)),
  }),
];

function oneOfValues(values: readonly JsonValue[], complain: Parameters<typeof fail>[1]): Evaluator {
  // A set takes a list of any length in constant time. It also says that -0 is 0, as JSON does.
  const scalars = new Set<unknown>(values.filter((value) => typeof value !== "object" || value === null));
  const composites = values.filter((value) => typeof value === "object" && value !== null);
  if (composites.length === 0) return (data, run) => scalars.has(data) || fail(run, complain);
  return (data, run) =>
    scalars.has(data) || composites.some((value) => jsonEqual(value, data as JsonValue)) || fail(run, complain);
}

function listed(values: readonly JsonValue[]): string {
  const text = values.map((value) => JSON.stringify(value)).join(", ");
  return text.length <= LONGEST_LIST ? text : `${text.slice(0, LONGEST_LIST)}...`;
}
