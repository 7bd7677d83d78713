import * as z from "zod";

/** Letters, digits, `_` and `-`. */
export const ID_PATTERN = /^[A-Za-z0-9_-]+$/;
export const MAX_ID_LENGTH = 256;

/** Names an action inside its proposal. Letters, digits, `_` and `-`, so that references need no quoting. */
export const ActionId = z
  .string()
  .regex(ID_PATTERN, "an action id is made of letters, digits, `_` and `-`")
  .max(MAX_ID_LENGTH);
export type ActionId = z.infer<typeof ActionId>;
