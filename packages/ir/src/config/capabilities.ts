import * as z from "zod";

/** What one agent may touch at most. An absent list allows all, an empty one allows none, a denial wins. */
export const Capabilities = z.strictObject({
  allowed_tools: z.array(z.string()).optional(),
  denied_tools: z.array(z.string()).optional(),
  /** State keys, exact or `prefix*`, that may be read or written by any path. */
  allowed_state_keys: z.array(z.string()).optional(),
  /** Most actions a proposal may have; a longer one is refused whole. */
  max_actions: z.int().nonnegative().optional(),
});
export type Capabilities = Readonly<z.infer<typeof Capabilities>>;
