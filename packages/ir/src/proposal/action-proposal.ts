import * as z from "zod";
import { Action } from "../action/action.js";
import { emptyObject } from "../json/empty.js";
import { JsonObjectSchema } from "../json/json-schema-types.js";

/** The only version of the wire format so far. */
export const FORMAT_VERSION = 1;

/** RFC 3339 with an offset. */
export const Timestamp = z.iso.datetime({ offset: true });

export const MAX_PROPOSAL_ID_LENGTH = 256;

/** A batch of actions that a model asks for: data, not yet trusted. */
export const ActionProposal = z.strictObject({
  /** The version of this format. */
  format_version: z.literal(FORMAT_VERSION).default(FORMAT_VERSION),
  /** Filled with 12 hex characters when absent. May repeat: a run is named by its `run_id`. */
  id: z.string().min(1).max(MAX_PROPOSAL_ID_LENGTH).optional(),
  /** Who proposed it, for the log. */
  source: z.string().default("unknown"),
  /** At least one. Their order in the list decides only where nothing else does. */
  actions: z.array(Action).min(1, "a proposal needs at least one action"),
  /** RFC 3339; filled when absent. */
  timestamp: Timestamp.optional(),
  /** Logged with the proposal, never interpreted. */
  context: JsonObjectSchema.default(emptyObject),
});

/** A proposal as parsing leaves it: complete, frozen. */
export type ActionProposal = Readonly<z.infer<typeof ActionProposal>> & {
  readonly id: string;
  readonly timestamp: string;
};

/** A proposal as a person or a model may write it, with every default left out. */
export type ProposalInput = z.input<typeof ActionProposal>;
