import { typeName } from "./type-name.js";

/** `expected X, got Y`, or that the value is missing. `got` replaces the kind of `input` where more may be said. */
export function mismatch(expected: string, input: unknown, got = typeName(input)): string {
  return input === undefined ? `is missing, expected ${expected}` : `expected ${expected}, got ${got}`;
}
