import { type ActionProposal, MemoryClosedError, type ProposalResult } from "@car/ir";
import { assertKnownOptions, assertOptionTypes } from "@car/ir/internal";
import type { Memory, MemoryContext, RecallOptions } from "@car/ir/ports";
import { buildContext, type BuiltContext } from "./context/build-context.js";
import { CONTEXT_OPTIONS, type ContextOptions } from "./context/options.js";
import { createCore } from "./core/create-core.js";
import { type AsOf, believed, historyOf } from "./core/history.js";
import type { ImpliedChange } from "./core/implied-change.js";
import type { TurnInput } from "./core/observe.js";
import type { Core } from "./core/core.js";
import { type Remembered, takeDue } from "./core/remember.js";
import { currentOf } from "./core/store.js";
import { createEmbedding } from "./dense/embedding.js";
import { assertMemgineOptions, type MemgineOptions } from "./memgine-options.js";
import { type Answers, perform } from "./memory/apply.js";
import { createBackground } from "./memory/background.js";
import { forgetFrom, type ForgetReceipt, type ForgetRequest } from "./memory/forget.js";
import { loadSnapshot, type MemorySnapshot, parseSnapshot, replay, snapshotOf } from "./memory/snapshot.js";
import { searchMemory, type SearchHit, type SearchOptions } from "./memory/search-memory.js";
import { createSkillDesk, type SkillDesk } from "./memory/skill-desk.js";
import type { State } from "./memory/state.js";
import { type Entry, type FactInput, type MemoryNode, type Standing, standingOf } from "./model/node.js";
import { DEFAULT_ROLES } from "./retrieve/reader.js";
import { chooseSkills } from "./skills/choose.js";
import { SKILL_RULES } from "./skills/skill-book.js";
import { type UpkeepOptions, type UpkeepReport, upkeepOptions } from "./upkeep/upkeep.js";

/** A node, and whether it holds. */
export interface Known {
  readonly node: MemoryNode;
  readonly standing: Standing;
  readonly retired: Entry["retired"];
  readonly marks: Entry["marks"];
}

/** A memory. Everything that changes it throws `CAR_MEMORY_CLOSED` after `close()`. */
export interface Memgine extends Memory {
  recordOutcome(result: ProposalResult, proposal?: ActionProposal): void;
  /** Takes in a statement. @throws `CAR_MEMORY_INVALID`; nothing was changed. */
  remember(fact: FactInput): Remembered;
  /** Takes in a turn; gives its id. */
  observe(turn: TurnInput): string;
  /** Ends a statement without another one; gives the ids of what needs review for it. */
  retract(name: string): readonly string[];
  /** Says that a statement under review holds. */
  confirm(name: string): void;
  /** Takes a supersession back. */
  revert(id: string): void;
  /** Changes that text announced, with what became of them. */
  announced(): readonly ImpliedChange[];
  accept(id: string): void;
  reject(id: string): void;
  /** What an id or a key names now. */
  get(name: string): Known | undefined;
  /** Every statement that ever had a key, oldest first. */
  history(key: string): readonly Known[];
  /** What was believed under a key at a point in both times. */
  believed(key: string, asOf?: AsOf): Known | undefined;
  /** Best first. Withholds like a context. */
  search(query: string, options?: SearchOptions): readonly SearchHit[];
  buildContext(query: string, options: ContextOptions): Promise<BuiltContext>;
  readonly skills: SkillDesk;
  /** Retires what expired, merges what is said twice, sums up long conversations. */
  keepUp(options?: Partial<UpkeepOptions>): UpkeepReport;
  /** Erases, everywhere. Resolves when it is gone from the journal too. */
  forget(request: ForgetRequest): Promise<ForgetReceipt>;
  exportJson(): MemorySnapshot;
  /** Makes what was remembered durable. */
  flush(): Promise<void>;
  /** What works and what does not. */
  health(): { readonly embedder: "absent" | "ok" | "failing"; readonly waiting: number; readonly failure?: string };
}

/**
 * Creates a memory from a journal, from `snapshot`, or empty.
 * @throws `CAR_MEMORY_CORRUPT` when what is stored does not read, `CAR_CONFIG_INVALID` for a cue that is no expression and for an
 * unknown option.
 */
export function createMemgine(options: MemgineOptions, snapshot?: MemorySnapshot): Memgine {
  assertMemgineOptions(options);
  const state = createState(options);
  const found = options.journal?.found;
  if (found?.snapshot !== undefined) loadSnapshot(state, parseSnapshot(found.snapshot));
  else if (snapshot !== undefined) loadSnapshot(state, snapshot);
  replay(state, found?.operations ?? []);
  return memoryOf(state, options);
}

function createState(options: MemgineOptions): State {
  const clock = { now: (): number => state.at ?? options.clock.now() };
  const state: State = {
    core: createCore({ ...options, clock }),
    book: new Map(),
    rules: { ...SKILL_RULES, ...options.skills },
    roles: options.roles ?? DEFAULT_ROLES,
    embedding: options.embedder === undefined ? undefined : createEmbedding(options.embedder, options.dense),
    inference: options.inference,
    journal: options.journal,
    vocabulary: options,
    at: undefined,
    journaled: options.journal?.found.operations.length ?? 0,
    embedded: 0,
    closed: false,
    listeners: new Set(),
  };
  return state;
}

const COMPACT_AFTER = 10_000;

function memoryOf(state: State, options: MemgineOptions): Memgine {
  const { core } = state;
  const { repair, mining, compactAfter = COMPACT_AFTER } = options;
  const background = createBackground(state, { repair, mining, newId: core.newId, compactAfter });
  const context = async (query: string, given: ContextOptions): Promise<BuiltContext> => {
    if (state.closed) throw new MemoryClosedError("the memory is closed");
    assertKnownOptions(given, CONTEXT_OPTIONS, "buildContext");
    const vector = given.vector ?? (await state.embedding?.vectorOf(query));
    takeDue(core);
    const skills = chooseSkills(state.book, { query, vocabulary: core.store.vocabulary });
    const { roles, embedding } = state;
    return buildContext(core, query, { options: given, roles, dense: embedding?.index, vector, skills });
  };
  return {
    ...statements(state),
    ...readings(state),
    skills: createSkillDesk(state),
    buildContext: context,
    recall: async (query, given) => contextForPort(await context(query, contextOptions(given))),
    recordOutcome: (result: ProposalResult, proposal?: ActionProposal) => {
      if (state.closed) throw new MemoryClosedError("the memory is closed");
      background.note(result, proposal);
    },
    forget: async (request) => {
      if (state.closed) throw new MemoryClosedError("the memory is closed");
      return forgetFrom(state, request);
    },
    exportJson: () => snapshotOf(state),
    flush: async () => state.journal?.flush(),
    onLesson(listener) {
      state.listeners.add(listener);
      return () => void state.listeners.delete(listener);
    },
    idle: () => background.idle(),
    health() {
      const failure = state.embedding?.failure ?? background.failure;
      const embedder =
        state.embedding === undefined ? "absent" : state.embedding.failure === undefined ? "ok" : "failing";
      const waiting = state.embedding?.waiting ?? 0;
      return { embedder, waiting, ...(failure === undefined ? {} : { failure: failure.message }) };
    },
    async close() {
      if (state.closed) return;
      await background.idle();
      state.closed = true;
      await state.journal?.close();
    },
  };
}

/** What changes a memory. */
function statements(
  state: State,
): Pick<Memgine, "remember" | "observe" | "retract" | "confirm" | "revert" | "accept" | "reject" | "keepUp"> {
  const { newId } = state.core;
  return {
    remember: (input) => perform(state, { op: "remember", input, id: input.id ?? newId() }) as Answers["remember"],
    observe: (turn) => perform(state, { op: "observe", turn, id: turn.id ?? newId() }) as string,
    retract: (name) => perform(state, { op: "retract", name }) as Answers["retract"],
    confirm: (name) => void perform(state, { op: "confirm", name }),
    revert: (id) => void perform(state, { op: "revert", id }),
    accept: (id) => void perform(state, { op: "settle", id, state: "accepted" }),
    reject: (id) => void perform(state, { op: "settle", id, state: "rejected" }),
    keepUp: (options) => perform(state, { op: "keep_up", options: upkeepOptions(options) }) as UpkeepReport,
  };
}

/** What only reads. */
function readings(state: State): Pick<Memgine, "version" | "announced" | "get" | "history" | "believed" | "search"> {
  const { core } = state;
  const today = (): Core => {
    takeDue(core);
    return core;
  };
  const known = (entry: Entry | undefined): Known | undefined =>
    entry === undefined ? undefined : { ...entry, standing: standingOf(entry) };
  return {
    // What expires changes contexts without an operation.
    version: () => `${today().revision}.${expiredCount(state)}`,
    announced: () => [...core.announced.values()],
    get: (name) => known(today().store.entries[currentOf(core.store, name) ?? -1]),
    history: (key) => historyOf(today(), key).map((entry) => known(entry) as Known),
    believed: (key, asOf) => known(believed(today(), key, asOf)),
    search(query, options) {
      today();
      return searchMemory(state, query, options);
    },
  };
}

function expiredCount({ core }: State): number {
  const now = core.now();
  let count = 0;
  for (const number of core.store.expiring) {
    if ((core.store.entries[number]?.node.expires_at ?? Infinity) <= now) count += 1;
  }
  return count;
}

const RECALL_OPTIONS = [
  "tokenBudget",
  "principal",
  "roles",
  "tenant",
] as const satisfies readonly (keyof RecallOptions)[];

function contextOptions(given: RecallOptions): ContextOptions {
  assertKnownOptions(given, RECALL_OPTIONS, "recall");
  assertOptionTypes(given, { tokenBudget: "number", principal: "string", roles: "list", tenant: "string" });
  const { tokenBudget, principal, roles, tenant } = given;
  return {
    tokenBudget,
    reader: {
      subject: principal,
      ...(roles === undefined ? {} : { roles }),
      ...(tenant === undefined ? {} : { tenant }),
    },
  };
}

function contextForPort({ text, items, fingerprint }: BuiltContext): MemoryContext {
  return {
    text,
    fingerprint,
    items: items.map(({ text: line, section, id, provenance, labels }) => ({
      text: line,
      provenance: { ...provenance, section, ...(id === undefined ? {} : { id }) },
      labels,
    })),
  };
}
