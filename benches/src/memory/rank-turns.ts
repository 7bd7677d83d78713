import type { Embedder } from "@car/ir/ports";
import { createMemgine, type Memgine } from "@car/memgine";

/** A turn of a conversation file. Any of the names may be used for what it is called. */
export interface ConversationTurn {
  readonly id?: string;
  readonly speaker?: string;
  readonly text: string;
  /** RFC 3339 or milliseconds since the epoch. */
  readonly time?: string | number;
  readonly session?: string | number;
}

/** A conversation: its turns in order. */
export interface Conversation {
  readonly turns: readonly ConversationTurn[];
}

/** How turns are ranked. */
export interface RankOptions {
  readonly embedder?: Embedder;
  /** How many are wanted. Default: all that were found. */
  readonly limit?: number;
}

/** What answers often stands beside what the question repeats, so links count much and spread from many findings. */
const WEIGHTS = { lexical: 1, dense: 0.9, graph: 0.8 };
const SPREAD_FROM = 40;
const loaded = new WeakMap<Conversation, Map<string, Promise<Memgine>>>();

/** Ids of the turns of a conversation, the likeliest evidence for the question first. A turn without an id has its position. */
export async function rankTurns(
  conversation: Conversation,
  question: string,
  options: RankOptions = {},
): Promise<readonly string[]> {
  const memory = await memoryOf(conversation, options.embedder);
  const vector = (await options.embedder?.embed([question]))?.[0];
  const hits = memory.search(question, {
    kinds: ["turn"],
    limit: options.limit ?? conversation.turns.length,
    weights: WEIGHTS,
    seeds: SPREAD_FROM,
    ...(vector === undefined ? {} : { vector }),
  });
  return hits.map(({ id }) => id);
}

/** A conversation is fed once, however many questions are asked. */
function memoryOf(conversation: Conversation, embedder: Embedder | undefined): Promise<Memgine> {
  const known = loaded.get(conversation) ?? new Map<string, Promise<Memgine>>();
  loaded.set(conversation, known);
  const name = embedder?.id ?? "";
  const memory = known.get(name) ?? feed(conversation, embedder);
  known.set(name, memory);
  return memory;
}

async function feed({ turns }: Conversation, embedder: Embedder | undefined): Promise<Memgine> {
  const memory = createMemgine({
    clock: { now: () => 0 },
    ids: { hex: () => "unused" },
    implied: { mode: "off" },
    ...(embedder === undefined ? {} : { embedder }),
  });
  for (const [position, { id, speaker, text, time, session }] of turns.entries()) {
    const at = typeof time === "number" ? time : Date.parse(time ?? "");
    memory.observe({
      id: id ?? String(position),
      speaker: speaker ?? "",
      text,
      conversation: String(session ?? "conversation"),
      ...(Number.isNaN(at) ? {} : { time: at }),
    });
  }
  await memory.idle();
  return memory;
}
