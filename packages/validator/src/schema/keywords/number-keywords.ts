import { type Keyword, keyword } from "../interpret/keyword.js";
import { fail } from "../interpret/run.js";
import { isMultiple } from "../value/is-multiple.js";

/** Bounds and steps of numbers. Every other type passes. */
export const numberKeywords: readonly Keyword[] = [
  keyword<number>({
    name: "minimum",
    vocabulary: "validation",
    compile({ value: limit, complaint }) {
      const complain = complaint(`must be >= ${limit}`);
      return (data, run) => typeof data !== "number" || data >= limit || fail(run, complain);
    },
  }),
  keyword<number>({
    name: "maximum",
    vocabulary: "validation",
    compile({ value: limit, complaint }) {
      const complain = complaint(`must be <= ${limit}`);
      return (data, run) => typeof data !== "number" || data <= limit || fail(run, complain);
    },
  }),
  keyword<number>({
    name: "exclusiveMinimum",
    vocabulary: "validation",
    compile({ value: limit, complaint }) {
      const complain = complaint(`must be > ${limit}`);
      return (data, run) => typeof data !== "number" || data > limit || fail(run, complain);
    },
  }),
  keyword<number>({
    name: "exclusiveMaximum",
    vocabulary: "validation",
    compile({ value: limit, complaint }) {
      const complain = complaint(`must be < ${limit}`);
      return (data, run) => typeof data !== "number" || data < limit || fail(run, complain);
    },
  }),
  keyword<number>({
    name: "multipleOf",
    vocabulary: "validation",
    compile({ value: divisor, complaint }) {
      const complain = complaint(`must be a multiple of ${divisor}`);
      return (data, run) =>
        typeof data !== "number" || (Number.isFinite(data) && isMultiple(data, divisor)) || fail(run, complain);
    },
  }),
];
