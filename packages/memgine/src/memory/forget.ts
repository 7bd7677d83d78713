import { contentHash } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { MemoryNode } from "../model/node.js";
import { rewriteJournal } from "./compact.js";
import { erase } from "./erase.js";
import type { State } from "./state.js";

/** What is to be erased. */
export interface ForgetRequest {
  /** Everything whose `subject` it is, whoever said it. */
  readonly subject?: string;
  readonly ids?: readonly string[];
  readonly conversation?: string;
}

const REQUEST = ["subject", "ids", "conversation"] as const satisfies readonly (keyof ForgetRequest)[];

/** Proof of an erasure: says what and how much, never what it said. */
export interface ForgetReceipt {
  readonly erased: number;
  /** Ids, in order. */
  readonly ids: readonly string[];
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** SHA-256 over ids and time. */
  readonly hash: string;
  /** True when the files were rewritten without it. */
  readonly durable: boolean;
}

/** Erases from nodes, indexes, vocabulary, vectors, announcements, and from the journal with its snapshot. */
export async function forgetFrom(state: State, request: ForgetRequest): Promise<ForgetReceipt> {
  assertKnownOptions(request, REQUEST, "forget");
  const { core } = state;
  const ids = new Set(request.ids ?? []);
  const isMeant = (node: MemoryNode): boolean =>
    ids.has(node.id) ||
    (request.subject !== undefined && (node.subject === request.subject || node.speaker === request.subject)) ||
    (request.conversation !== undefined && node.conversation === request.conversation);
  const nodes = core.store.entries.flatMap((entry) => (entry === undefined ? [] : [entry.node]));
  const erased = withDerived(nodes, nodes.filter(isMeant));
  erase(state, erased);
  await rewriteJournal(state);

  const receipt = { ids: [...erased].sort(), at: core.now() };
  const durable = state.journal !== undefined;
  return { erased: erased.size, ...receipt, hash: contentHash(receipt), durable };
}

/** With what is erased goes what was read out of it: implied facts of its turns, summaries of its conversations. */
function withDerived(nodes: readonly MemoryNode[], meant: readonly MemoryNode[]): ReadonlySet<string> {
  const erased = new Set(meant.map(({ id }) => id));
  const spoken = new Set(meant.filter(({ kind }) => kind === "turn").map(({ conversation }) => conversation));
  for (const { id, kind, conversation, provenance } of nodes) {
    const turn = provenance["turn"];
    if (typeof turn === "string" && erased.has(turn)) erased.add(id);
    if (kind === "summary" && spoken.has(conversation)) erased.add(id);
  }
  return erased;
}
