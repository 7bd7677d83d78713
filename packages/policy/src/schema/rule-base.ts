import * as z from "zod";
import { TextField } from "./fields.js";

/** What rules of every type may say. */
export const ruleBase = {
  id: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe("Names the rule in decisions and logs. Unique; derived when absent."),
  message: TextField.optional().describe("Shown to people and models in the place of the built-in message."),
} as const;
