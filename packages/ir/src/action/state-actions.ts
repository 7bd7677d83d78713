import * as z from "zod";
import { JsonValueSchema } from "../json/json-schema-types.js";
import { actionBase } from "./action-base.js";

/** A state key, or a reference that yields one (then a declared read or write set must bound it). */
const KeyParameter = z.union([z.string().min(1), z.strictObject({ $ref: z.string().min(1) })]);

/** Stores a value, with origin `model`. A missing `value` is an error, never a silent null. */
export const StateWrite = z.strictObject({
  ...actionBase,
  type: z.literal("state_write"),
  /** The key, which may be a reference, and the value, which may hold some. Both are required. */
  parameters: z.strictObject({ key: KeyParameter, value: JsonValueSchema }),
});
export type StateWrite = z.infer<typeof StateWrite>;

/** Reads one key. Its output is the value, or null when the key is absent. */
export const StateRead = z.strictObject({
  ...actionBase,
  type: z.literal("state_read"),
  /** The key, which may be a reference. */
  parameters: z.strictObject({ key: KeyParameter }),
});
export type StateRead = z.infer<typeof StateRead>;

/** Fails unless a key satisfies a condition. `expected` may be left out for `exists` and `not_exists` only. */
export const Assertion = z.strictObject({
  ...actionBase,
  type: z.literal("assertion"),
  /** A key, and what must hold of it: an operator of [preconditions](#precondition), and what it is compared with. */
  parameters: z
    .strictObject({ key: KeyParameter, operator: z.string().default("eq"), expected: JsonValueSchema.optional() })
    .refine(({ operator, expected }) => expected !== undefined || operator === "exists" || operator === "not_exists", {
      path: ["expected"],
      message: "an assertion needs `expected`, except with `exists` and `not_exists`",
    }),
});
export type Assertion = z.infer<typeof Assertion>;
