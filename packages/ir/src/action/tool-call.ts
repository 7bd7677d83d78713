import * as z from "zod";
import { emptyObject } from "../json/empty.js";
import { JsonObjectSchema } from "../json/json-schema-types.js";
import { actionBase } from "./action-base.js";

/** Calls one registered tool. The only action that may act on the world outside the state store. */
export const ToolCall = z.strictObject({
  ...actionBase,
  type: z.literal("tool_call"),
  /** Name of a registered tool. */
  tool: z.string().min(1),
  /** May hold references to outputs of other actions. */
  parameters: JsonObjectSchema.default(emptyObject),
});
export type ToolCall = z.infer<typeof ToolCall>;
