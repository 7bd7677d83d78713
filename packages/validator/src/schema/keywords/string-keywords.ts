import { type Keyword, keyword } from "../interpret/keyword.js";
import { fail } from "../interpret/run.js";
import { codePointLength } from "../value/instance.js";

/** Length and shape of strings. Every other type passes. */
export const stringKeywords: readonly Keyword[] = [
  keyword<number>({
    name: "minLength",
    vocabulary: "validation",
    compile({ value: limit, complaint }) {
      const complain = complaint(`must have at least ${limit} characters`);
      // A string of n code units has between n/2 and n code points, so counting is seldom needed.
      return (data, run) =>
        typeof data !== "string" ||
        (data.length >= limit && (data.length >= 2 * limit || codePointLength(data) >= limit)) ||
        fail(run, complain);
    },
  }),
  keyword<number>({
    name: "maxLength",
    vocabulary: "validation",
    compile({ value: limit, complaint }) {
      const complain = complaint(`must have at most ${limit} characters`);
      return (data, run) =>
        typeof data !== "string" ||
        data.length <= limit ||
        (data.length <= 2 * limit && codePointLength(data) <= limit) ||
        fail(run, complain);
    },
  }),
  keyword<string>({
    name: "pattern",
    vocabulary: "validation",
    compile({ value: source, complaint, pattern }) {
      const { test } = pattern(source);
      const complain = complaint(`must match the pattern ${JSON.stringify(source)}`);
      return (data, run) => typeof data !== "string" || test(data) || fail(run, complain);
    },
  }),
];
