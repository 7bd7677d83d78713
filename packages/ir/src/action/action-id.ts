import { z } from "zod";

/** Names an action inside its proposal. Letters, digits, `_` and `-`, so that references need no quoting. */
export const ActionId = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, "an action id is made of letters, digits, `_` and `-`")
  .max(256);
export type ActionId = z.infer<typeof ActionId>;
