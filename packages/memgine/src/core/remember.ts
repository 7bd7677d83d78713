import { MemoryInvalidError } from "@car/ir";
import type { Access, FactInput, MemoryNode, Standing } from "../model/node.js";
import { standingOf } from "../model/node.js";
import type { Core } from "./core.js";
import { factNode } from "./fact-node.js";
import { compareWithLater, withdrawExplained } from "./implied-change.js";
import { enlist, placeNode } from "./place.js";
import { currentOf, entryAt, type PendingEdge } from "./store.js";
import { type Change, noChange, supersedeNamed, supersedeSameKey } from "./supersede.js";

/** What became of a statement, and what it changed. */
export interface Remembered extends Change {
  readonly id: string;
  readonly standing: Standing;
}

/** Label of a text that gives orders to its reader. */
export const INJECTION_LABEL = "injection_suspected";

/** Takes in a statement. @throws `CAR_MEMORY_INVALID` when it is none or its id is taken; nothing was changed. */
export function rememberFact(core: Core, input: FactInput, id: string): Remembered {
  const { store } = core;
  const at = core.now();
  const node = read(core, factNode(input, { now: at, id, maxBytes: core.maxBytes }));
  if (store.byId.has(node.id)) throw new MemoryInvalidError(`id \`${node.id}\` is taken`);
  const names = input.supersedes ?? [];
  if (node.valid_from > at) {
    const number = placeNode(store, node, names);
    core.revision += 1;
    connectPremises(core, number, input);
    return { id: node.id, standing: "upcoming", ...noChange() };
  }
  withdrawExplained(core, node, names);
  const number = placeNode(store, node);
  core.revision += 1;
  const change = replaceOlder(core, number, { names, at });
  connectPremises(core, number, input);
  if (core.cues.isVoid(node.text)) markVoid(core, number, change);
  compareWithLater(core, number);
  return { id: node.id, standing: standingOf(entryAt(store, number)), ...change };
}

/** Makes what has waited for its time current, in the order of those times. Every operation and reading begins with it. */
export function takeDue(core: Core): void {
  const { store } = core;
  if (store.upcoming.size === 0) return;
  const now = core.now();
  const due = [...store.upcoming]
    .map((number) => ({ number, entry: entryAt(store, number) }))
    .filter(({ entry }) => entry.node.valid_from <= now)
    .sort((left, right) => left.entry.node.valid_from - right.entry.node.valid_from || left.number - right.number);
  for (const { number, entry } of due) {
    const { node, waits: names = [] } = entry;
    store.upcoming.delete(number);
    entry.waits = undefined;
    core.revision += 1;
    withdrawExplained(core, node, names);
    enlist(store, number, node);
    if (entry.marks.length > 0) store.marked.add(number);
    // Its own time, not today's: when somebody happens to look changes nothing.
    replaceOlder(core, number, { names, at: node.valid_from });
  }
}

function replaceOlder(
  { store, rankOf }: Core,
  number: number,
  { names, at }: { readonly names: readonly string[]; readonly at: number },
): Change {
  if (names.length === 0) return supersedeSameKey(store, number, { rankOf, at });
  const change = noChange();
  join(change, supersedeNamed(store, number, { names, rankOf, at }));
  join(change, supersedeSameKey(store, number, { rankOf, at }));
  return change;
}

/** What its own text says about a node: to whom it is restricted, and whether it gives orders. */
function read(core: Core, node: MemoryNode): MemoryNode {
  const who = node.text.startsWith("[") && node.access === undefined ? core.cues.restrictedTo(node.text) : undefined;
  const isInjection = core.cues.isInjection(node.text);
  if (who === undefined && !isInjection) return node;
  const access: Access | undefined = who === undefined ? node.access : { roles: who === "" ? [] : [who] };
  const labels = isInjection ? [...node.labels, INJECTION_LABEL] : node.labels;
  return Object.freeze({ ...node, labels, ...(access === undefined ? {} : { access }) });
}

function connectPremises(core: Core, number: number, input: FactInput): void {
  connectAll(core, number, { names: input.depends_on ?? [], kind: "depends_on" });
  connectAll(core, number, { names: input.cites ?? [], kind: "cites_premise" });
  connectAll(core, number, { names: input.related_to ?? [], kind: "related_to" });
  connectAll(core, number, { names: input.triggers ?? [], kind: "triggers" });
}

function connectAll(
  core: Core,
  number: number,
  { names, kind }: { names: readonly string[]; kind: PendingEdge["kind"] },
): void {
  const { store } = core;
  for (const name of names) {
    const premise = currentOf(store, name);
    if (premise === undefined) {
      store.pending.set(name, [...(store.pending.get(name) ?? []), { from: number, kind }]);
      continue;
    }
    if (premise === number) continue;
    store.adjacency.connect(number, premise, kind);
    if (kind === "depends_on" || kind === "cites_premise") inheritMarks(core, { number, premise, kind });
  }
}

/** What is built on a fallen or doubtful premise is doubtful from the start. */
function inheritMarks(
  core: Core,
  { number, premise, kind }: { number: number; premise: number; kind: "depends_on" | "cites_premise" },
): void {
  const { store } = core;
  const base = entryAt(store, premise);
  const entry = entryAt(store, number);
  const via = base.node.id;
  const at = core.now();
  const causes = base.retired === undefined ? base.marks : [{ kind: "invalid" as const, cause: via }];
  for (const { kind: state, cause } of causes) {
    const mark = { kind: kind === "cites_premise" ? state : ("review" as const), cause, via, at };
    entry.marks = [...entry.marks.filter((known) => known.cause !== cause), mark];
  }
  if (entry.marks.length > 0 && entry.retired === undefined && entry.waits === undefined) store.marked.add(number);
}

function markVoid(core: Core, number: number, change: Change): void {
  const entry = entryAt(core.store, number);
  if (entry.retired !== undefined) return;
  const cause = change.superseded[0] ?? entry.node.id;
  entry.marks = [...entry.marks, { kind: "invalid", cause, via: cause, at: core.now() }];
  core.store.marked.add(number);
}

function join(all: Change, more: Change): void {
  all.superseded.push(...more.superseded);
  all.flagged.push(...more.flagged);
  all.refused.push(...more.refused);
}
