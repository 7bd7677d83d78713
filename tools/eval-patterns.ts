import { createSchemaCompiler } from "@car/validator";
import { RE2JS } from "re2js";

/**
 * What matching costs: patterns as they stand in schemas of tools, on a text that they fit, by the platform's matcher and by
 * RE2; then hostile patterns on long texts, through `createSchemaCompiler()`. `npx tsx tools/eval-patterns.ts`
 */
const TYPICAL: readonly (readonly [pattern: string, text: string])[] = [
  ["^[a-z0-9_-]+$", "some-name_42"],
  ["^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$", "ada.lovelace@example.com"],
  ["^\\d{4}-\\d{2}-\\d{2}$", "2024-02-29"],
  ["^https?://", "https://example.com/a/b"],
  ["^(\\+\\d{1,3})?\\d{6,14}$", "+41791234567"],
  ["^[A-Z]{3}$", "USD"],
  ["^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", "123e4567-e89b-12d3-a456-426614174000"],
];
const HOSTILE = ["^(a+)+$", "(a|b)*a(a|b){12}c", "^(a?){30}a{30}$"];
const LONG = "a".repeat(1_000_000);
const ROUNDS = 7;
const CHECKS = 100_000;

/** Processor time of one call in the fastest round, in nanoseconds. */
function fastestNs(checks: number, body: () => boolean): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const begin = process.cpuUsage();
    for (let index = 0; index < checks; index++) body();
    best = Math.min(best, (process.cpuUsage(begin).user * 1_000) / checks);
  }
  return Math.round(best);
}

console.table(
  TYPICAL.map(([pattern, text]) => {
    const [native, linear] = [new RegExp(pattern, "u"), RE2JS.compile(pattern)];
    const [regexp, re2] = [native, linear].map((matcher) => fastestNs(CHECKS, () => matcher.test(text)));
    return { pattern, regexp_ns: regexp, re2js_ns: re2, times: Number((re2! / regexp!).toFixed(1)) };
  }),
);
console.table(
  HOSTILE.map((pattern) => {
    const schema = createSchemaCompiler().compile({ pattern });
    return { pattern, ms_for_1_000_000: fastestNs(1, () => schema.check(`${LONG}!`).length === 0) / 1e6 };
  }),
);
