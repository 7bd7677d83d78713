import type { Action } from "../action/action.js";
import { arePlain } from "../graph/plain-actions.js";
import { contentHash } from "../hash/content-hash.js";
import type { JsonObject } from "../json/json-value.js";
import { memoryBytes } from "../json/memory-bytes.js";
import type { ActionProposal } from "./action-proposal.js";

/** Its constructor gives back what it is given, so that the private field of `Mark` lands on an object made elsewhere. */
class Given {
  constructor(proposal: object) {
    return proposal;
  }
}

/**
 * The mark is a private field: nothing that a model writes can look like it, no copy carries it, and looking costs a
 * few nanoseconds where a weak map costs ten times as much.
 */
class Mark extends Given {
  readonly #facts: ProposalFacts;

  constructor(proposal: ActionProposal, facts: ProposalFacts) {
    super(proposal);
    this.#facts = facts;
  }

  static factsOf(value: object): ProposalFacts | undefined {
    return #facts in value ? value.#facts : undefined;
  }
}

/** What is known about a proposal, once for each that was parsed. */
export class ProposalFacts {
  /** The actions have nothing to do with each other; see `arePlain`. */
  readonly plain: boolean;
  /** See `memoryBytes`. */
  readonly bytes: number;
  /** The proposal's actions in a list that is not frozen, which is several times faster to walk. Not to be changed. */
  readonly actions: readonly Action[];
  readonly #proposal: ActionProposal;
  #hash: string | undefined;

  constructor(proposal: ActionProposal, actions: readonly Action[], plain: boolean) {
    this.plain = plain;
    this.bytes = memoryBytes(proposal);
    this.actions = actions;
    this.#proposal = proposal;
  }

  /** See `proposalHash`. Found when it is first asked for: it costs several times what parsing does. */
  get hash(): string {
    return (this.#hash ??= hashOf(this.#proposal));
  }
}

/** True for a value that `parseProposal` gave back: complete, deeply frozen, not to be parsed again. */
export function isParsedProposal(value: unknown): value is ActionProposal {
  return typeof value === "object" && value !== null && Mark.factsOf(value) !== undefined;
}

/**
 * What a proposal asks for, as 64 hex characters: the content hash without `id` and `timestamp`, so that the same
 * actions proposed twice have the same hash. Known already for parsed proposals.
 */
export function proposalHash(proposal: ActionProposal): string {
  return proposalFacts(proposal).hash;
}

/** What is known about a proposal; of one that was not parsed, only what its content says. */
export function proposalFacts(proposal: ActionProposal): ProposalFacts {
  return Mark.factsOf(proposal) ?? new ProposalFacts(proposal, [...proposal.actions], false);
}

/** Under which an object keeps the proposal that its `proposal_hash` is of: not a name that anybody sees or copies. */
const OF = Symbol("proposal");

const HASH: PropertyDescriptor = {
  enumerable: true,
  configurable: true,
  get(this: { readonly [OF]?: ActionProposal }) {
    return this[OF] && proposalHash(this[OF]);
  },
  set(this: object, value: unknown) {
    Object.defineProperty(this, "proposal_hash", { value, enumerable: true, configurable: true, writable: true });
  },
};

/** Gives `target` the member `proposal_hash`, which is found when somebody reads it: most are never read. */
export function withProposalHash<T extends object>(
  target: T,
  proposal: ActionProposal,
): T & { readonly proposal_hash: string } {
  Object.defineProperty(target, OF, { value: proposal });
  return Object.defineProperty(target, "proposal_hash", HASH) as T & { readonly proposal_hash: string };
}

/** The hash of what was asked for, before `id` and `timestamp` are filled in. */
export function hashOf(proposal: Pick<ActionProposal, "format_version" | "source" | "actions" | "context">): string {
  const { format_version, source, actions, context } = proposal;
  return contentHash({ format_version, source, actions, context } as unknown as JsonObject);
}

/** Marks a proposal as parsed, for good; only `parseProposal` may. `actions` are its actions in a list of their own. */
export function markParsed(proposal: ActionProposal, actions: readonly Action[]): ActionProposal {
  return new Mark(proposal, new ProposalFacts(proposal, actions, arePlain(actions))) as object as ActionProposal;
}
