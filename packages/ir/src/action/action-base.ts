import * as z from "zod";
import { emptyList, emptyObject } from "../json/empty.js";
import { JsonObjectSchema, JsonValueSchema } from "../json/json-schema-types.js";
import { ActionId } from "./action-id.js";

/** The undo of an action: another tool call, or an action of the same proposal that runs only for this purpose. */
export const Compensation = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("tool"),
    /** Name of a registered tool. */
    tool: z.string().min(1),
    /** `"$output.path"` and `"$parameters.path"` stand for the compensated action's own output and parameters. */
    parameters: JsonObjectSchema.default(emptyObject),
  }),
  z.strictObject({
    type: z.literal("action_ref"),
    /** A `tool_call` of the same proposal. It is not scheduled: it runs only to undo. */
    action_id: ActionId,
  }),
]);
export type Compensation = z.infer<typeof Compensation>;

/** A state predicate that must hold before an action runs. An operator that is not known fails the check. */
export const Precondition = z.strictObject({
  /** The state key that is looked at. */
  key: z.string().min(1),
  /** `eq`, `neq` (deep equality), `gt`, `gte`, `lt`, `lte` (numbers only), `exists`, `not_exists` (a stored null exists), `contains` (in a text or a list). */
  operator: z.string().default("eq"),
  /** What the key's value is compared with. */
  value: JsonValueSchema.default(null),
  /** For people: told when it does not hold. */
  description: z.string().default(""),
});
export type Precondition = z.infer<typeof Precondition>;

/** What the proposer believed about a key when it planned. A belief that is no longer true stops the action. */
export const Assumption = z.strictObject({
  /** The state key that the proposer had looked at. */
  key: z.string().min(1),
  /** The value that it had. */
  expected_value: JsonValueSchema.optional(),
  /** The committed version the proposer had read; 0 means that the key was absent. */
  read_version: z.int().nonnegative().optional(),
});
export type Assumption = z.infer<typeof Assumption>;

/** How much of an action can be taken back: nothing is left, something can be undone, or nothing can. */
export const Reversibility = z.enum(["reversible", "compensable", "irreversible"]);
export type Reversibility = z.infer<typeof Reversibility>;

/** What a failure of an action means for the others. */
export const FailureBehavior = z.enum(["abort", "retry", "skip"]);

/** How an action's output comes. */
export const InvocationMode = z.enum(["one_shot", "streaming", "long_running"]);

/** The longest time that a platform's timer can be set to, in milliseconds. */
export const MAX_TIMEOUT_MS = 2_147_483_647;

const keys = z.array(z.string().min(1)).default(emptyList);

/** The fields that actions of every type share. */
export const actionBase = {
  /** Its name in the proposal: letters, digits, `_` and `-`, at most 256. */
  id: ActionId,
  /** What must hold of the state right before it runs; else it is rejected with `precondition_failed`. */
  preconditions: z.array(Precondition).default(emptyList),
  /** State changes the action claims to make when it succeeds; stored with origin `model`. */
  expected_effects: JsonObjectSchema.default(emptyObject),
  /** State keys that must be present; their writers in this proposal run first. */
  state_dependencies: keys,
  /** Ids of actions that must have succeeded first. */
  dependencies: z.array(ActionId).default(emptyList),
  /** Further keys, exact or `prefix*`, that the action reads. */
  read_set: keys,
  /** Further keys, exact or `prefix*`, that the action writes. */
  write_set: keys,
  /** What the proposer believed about the state; else it is rejected with `assumption_stale`. */
  assumptions: z.array(Assumption).default(emptyList),
  /** The proposer's word that doing this twice is the same as doing it once. */
  idempotent: z.boolean().default(false),
  /** Further attempts after the first; counts only with `failure_behavior: "retry"`; the host's limit clamps it. */
  max_retries: z.int().nonnegative().default(3),
  /** `abort`: a failure undoes the whole run. `retry`: the same, after further attempts. `skip`: the run goes on without it. */
  failure_behavior: FailureBehavior.default("abort"),
  /** Longest time one attempt may take, in milliseconds. Absent: the host's default. */
  timeout_ms: z.int().positive().max(MAX_TIMEOUT_MS).optional(),
  /** Can only make the host's word about the tool stricter. */
  reversibility: Reversibility.optional(),
  /** How to undo it. The host's own compensation of the tool wins; this one passes all gates. */
  compensation: Compensation.optional(),
  /** `streaming` and `long_running` are refused with code `unsupported`. */
  invocation_mode: InvocationMode.default("one_shot"),
  /** Logged, never interpreted. */
  metadata: JsonObjectSchema.default(emptyObject),
} as const;
