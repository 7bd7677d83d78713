import * as z from "zod";
import { Reversibility } from "../action/action-base.js";
import { emptyList, emptyObject } from "../json/empty.js";
import { JsonObjectSchema } from "../json/json-schema-types.js";

/** Token bucket of one tool. Zero and negative limits are refused at registration. */
export const RateLimit = z.strictObject({
  max_calls: z.int().positive(),
  interval_secs: z.number().positive(),
});
export type RateLimit = z.infer<typeof RateLimit>;

/** A state key that a tool may write: its name, or `prefix*`, and where in the output its value stands. */
export const ToolEffect = z.union([
  z.string().min(1),
  z.strictObject({
    key: z.string().min(1),
    /** `"$output"` or `"$output.path"`; without it the tool writes the key through its state handle. */
    value: z.string().startsWith("$output").optional(),
  }),
]);
export type ToolEffect = z.infer<typeof ToolEffect>;

/** How what a call is about to change is read. */
export const BeforeImage = z.strictObject({
  /** The reader. It is `reversible`, and its output is the image. */
  tool: z.string().min(1),
  /** `"$parameters.path"` stands for the call's own parameters. */
  parameters: JsonObjectSchema.default(emptyObject),
  /**
   * Read again after the call and before it is undone: what is not as the call left it was changed by somebody else, and is
   * not overwritten.
   */
  verify: z.boolean().default(false),
});
export type BeforeImage = z.infer<typeof BeforeImage>;

/** Name of a data-flow label. */
const Label = z.string().min(1).max(64);

/** What the host declares about a tool. Nothing here is taken from a model. */
export const ToolSchema = z.strictObject({
  name: z.string().min(1).max(256),
  description: z.string().default(""),
  /** JSON Schema 2020-12 of the parameters. */
  parameters: JsonObjectSchema.default({ type: "object" }),
  /** JSON Schema 2020-12 of the output; checked when present. */
  returns: JsonObjectSchema.optional(),
  /** The host's word that calling twice with one idempotency key acts once. */
  idempotent: z.boolean().default(false),
  /** Results may be served from the cache for this long, in seconds. */
  cache_ttl_secs: z.number().positive().optional(),
  rate_limit: RateLimit.optional(),
  /** Calls in flight at once, over all runs of a runtime. */
  max_concurrency: z.int().positive().optional(),
  /** `reversible`: leaves nothing outside the state store. `compensable`: has a `compensation`. */
  reversibility: Reversibility.default("irreversible"),
  /**
   * The host's word about failures that the tool itself reports: `definite` says that whoever throws, or answers
   * `{error}`, has done nothing. Without it such a failure leaves open what happened.
   */
  failures: z.literal("definite").optional(),
  /** Longest time of one attempt, in milliseconds. Default: `limits.default_timeout_ms`. An action can only ask for less. */
  timeout_ms: z.union([z.number().positive(), z.literal("none")]).optional(),
  /**
   * Undoes one call; `"$output.path"` and `"$parameters.path"` stand for that call's output and parameters, `"$before.path"` for
   * its before-image.
   */
  compensation: z
    .strictObject({ tool: z.string().min(1), parameters: JsonObjectSchema.default(emptyObject) })
    .optional(),
  /** Reads what a call is about to change, before it is made: its before-image. */
  before: BeforeImage.optional(),
  /**
   * What becomes of a call whose before-image cannot be read: it is refused (`true`, the default), or made as if its tool
   * were irreversible (`false`).
   */
  before_required: z.boolean().optional(),
  /** State keys the tool may write. */
  effects: z.array(ToolEffect).default(emptyList),
  /** Cached results are shared by all principals. */
  shared: z.boolean().default(false),
  /** Data-flow labels of the output, such as `untrusted` or `confidential`. */
  source_label: z.union([Label, z.array(Label).max(16)]).optional(),
  /** What is given to it leaves the host's hands: rules that speak of sinks mean it. */
  sink: z.boolean().optional(),
  /** The host's own notes; never interpreted. */
  metadata: JsonObjectSchema.default(emptyObject),
});
export type ToolSchema = z.infer<typeof ToolSchema>;

/** A tool schema as a host writes it, defaults left out. */
export type ToolSchemaInput = z.input<typeof ToolSchema>;
