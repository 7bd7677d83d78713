import { Action } from "@car/ir";
import * as z from "zod";
import { JsonField } from "../schema/fields.js";

const LabelMark = z.union([
  z.string().min(1).max(64),
  z.strictObject({
    label: z.string().min(1).max(64),
    via: z
      .string()
      .min(1)
      .max(256)
      .describe("The tool it has passed last; an `endorse` rule for that tool takes it off."),
  }),
]);

const EarlierCall = z.strictObject({
  tool: z.string().min(1).max(256),
  parameters: z.record(z.string(), JsonField).optional(),
  succeeded: z.boolean().optional().describe("Default: yes."),
  times: z.int().positive().max(1_000_000).optional().describe("Default: once."),
});

const SOURCES = ["nothing", "request", "trusted", "designated", "unknown", "labelled"] as const;

/** Everything that a policy looks at, without a runtime: one action, and what there is when it is asked about. */
export const situationFields = {
  action: z.preprocess(withDefaults, Action).describe("`type` is `tool_call` and `id` is `action` unless given."),
  state: z.record(z.string(), JsonField).optional().describe("Values that the host or a tool stands for."),
  model_state: z.record(z.string(), JsonField).optional().describe("Newer values that a model wrote."),
  history: z.array(EarlierCall).max(1_000).optional().describe("Earlier calls of the session, all a moment ago."),
  labels: z
    .strictObject({
      context: z.array(LabelMark).max(100).optional().describe("Labels of what the model had been shown."),
      params: z.record(z.string(), z.array(LabelMark).max(100)).optional().describe("By parameter, at the top level."),
    })
    .optional(),
  sources: z
    .record(z.string(), z.enum(SOURCES))
    .optional()
    .describe("Where the value of a parameter stands. Default: `labelled` with labels, else `unknown`."),
  sink: z.boolean().optional().describe("Whether the tool is declared a sink. Default: no."),
  batch: z.int().positive().max(1_000).optional().describe("How many such calls the proposal has. Default: one."),
  principal: z.string().optional().describe("Default: `host`."),
  now: z.number().optional().describe("Milliseconds since the epoch. Default: 0."),
} as const;

/** One question to a policy, as data: what a case of `testPolicy` and an example of `diffPolicies` consist of. */
export const PolicySituation = z.strictObject(situationFields);
export type PolicySituation = Readonly<z.infer<typeof PolicySituation>>;

/** An earlier call. */
export type EarlierCall = z.infer<typeof EarlierCall>;

/** A label, and the tool that it has passed. */
export type LabelMark = z.infer<typeof LabelMark>;

function withDefaults(action: unknown): unknown {
  if (typeof action !== "object" || action === null || Array.isArray(action)) return action;
  return { id: "action", type: "tool_call", ...action };
}
