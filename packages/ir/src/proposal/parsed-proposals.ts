import { contentHash } from "../hash/content-hash.js";
import type { JsonObject } from "../json/json-value.js";
import type { ActionProposal } from "./action-proposal.js";

/** Outside the proposals, so that nothing a model writes can look like the mark. */
const hashes = new WeakMap<object, string>();

/** True for a value that `parseProposal` gave back: complete, deeply frozen, not to be parsed again. */
export function isParsedProposal(value: unknown): value is ActionProposal {
  return typeof value === "object" && value !== null && hashes.has(value);
}

/**
 * What a proposal asks for, as 64 hex characters: the content hash without `id` and `timestamp`, so that the same
 * actions proposed twice have the same hash. Known already for parsed proposals.
 */
export function proposalHash(proposal: ActionProposal): string {
  return hashes.get(proposal) ?? hashOf(proposal);
}

/** The hash of what was asked for, before `id` and `timestamp` are filled in. */
export function hashOf(proposal: Pick<ActionProposal, "format_version" | "source" | "actions" | "context">): string {
  const { format_version, source, actions, context } = proposal;
  return contentHash({ format_version, source, actions, context } as unknown as JsonObject);
}

/** Marks a proposal as parsed; only `parseProposal` may. */
export function markParsed(proposal: ActionProposal, hash: string): ActionProposal {
  hashes.set(proposal, hash);
  return proposal;
}
