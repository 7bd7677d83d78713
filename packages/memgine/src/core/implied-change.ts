import type { ImpliedTarget } from "../conversation/implied-changes.js";
import { changesIn, impliedTarget } from "../conversation/implied-changes.js";
import type { ChangeFound } from "../cues/read-cues.js";
import type { MemoryNode } from "../model/node.js";
import type { Core } from "./core.js";
import { sameValue } from "../text/same-value.js";
import { factNode } from "./fact-node.js";
import { placeNode } from "./place.js";
import { entryAt } from "./store.js";
import { objection, retire, revive } from "./supersede.js";

/** A change that text announces and no statement has made. */
export interface ImpliedChange {
  readonly id: string;
  /** Ids of the turn and of the fact it seems to end. */
  readonly turn: string;
  readonly target: string;
  readonly key: string;
  readonly value: string;
  readonly cue: string;
  readonly confidence: number;
  /** `open` ones wait; `applied` ones took effect; the rest is over. */
  state: "open" | "applied" | "accepted" | "rejected" | "withdrawn";
  /** Why it did not take effect by itself. */
  readonly reason?: string;
  /** Id of the fact that states the new value; absent while the value is only announced. */
  implied?: string;
}

/** Announcements of one conversation that are looked at. */
const LOOKED_AT = 40;

/** Reads a new turn for announcements. */
export function announce(core: Core, turn: number): void {
  if (core.implied.mode === "off") return;
  const { node } = entryAt(core.store, turn);
  if (core.cues.isEcho(node.speaker ?? "")) return;
  const changes = changesIn(node.text, core.cues);
  if (changes.length === 0 || node.conversation === undefined) return;
  const turns = core.announcing.get(node.conversation) ?? [];
  turns.push(turn);
  core.announcing.set(node.conversation, turns);
  for (const change of changes) consider(core, turn, change);
}

/**
 * Takes back what text had implied and a statement now says itself: the statement gives the value, or names what is to end.
 * To be called before the statement takes effect.
 */
export function withdrawExplained(core: Core, node: MemoryNode, supersedes: readonly string[]): void {
  if (node.conversation === undefined && supersedes.length === 0) return;
  for (const change of core.announced.values()) {
    if (change.state === "withdrawn" || change.state === "rejected") continue;
    const isNamed = supersedes.includes(change.target) || (change.key !== "" && supersedes.includes(change.key));
    if (isNamed || explains(core, node, change)) settleChange(core, change, "withdrawn");
  }
}

/** Compares a new statement with what was said after it became true, though it was learned later. */
export function compareWithLater(core: Core, fact: number): void {
  const { node } = entryAt(core.store, fact);
  if (core.implied.mode === "off" || node.conversation === undefined) return;
  for (const turn of (core.announcing.get(node.conversation) ?? []).slice(-LOOKED_AT)) {
    const said = core.store.entries[turn]?.node;
    if (said === undefined || said.valid_from < node.valid_from) continue;
    for (const change of changesIn(said.text, core.cues)) consider(core, turn, change);
  }
}

/** Ends a change: an accepted one takes effect if it has not; a rejected or withdrawn one is undone. */
export function settleChange(core: Core, change: ImpliedChange, state: "accepted" | "rejected" | "withdrawn"): void {
  const wasInForce = change.state === "applied" || change.state === "accepted";
  if (state === "accepted" && !wasInForce) carryOut(core, change);
  if (state !== "accepted" && wasInForce) undo(core, change);
  change.state = state;
}

function consider(core: Core, turn: number, change: ChangeFound): void {
  const target = impliedTarget(core.store, { turn, change }, core.cues);
  if (target === undefined || target.confidence < core.implied.threshold / 2) return;
  const said = entryAt(core.store, turn).node;
  if (isExplained(core, said, change)) return;
  const fact = entryAt(core.store, target.number).node;
  const id = `${said.id}>${fact.id}`;
  if (core.announced.has(id)) return;
  const reason = reasonToWait(core, { said, fact, target });
  const found: ImpliedChange = {
    id,
    turn: said.id,
    target: fact.id,
    key: fact.key ?? "",
    value: change.value,
    cue: change.cue.id,
    confidence: target.confidence,
    state: reason === undefined ? "applied" : "open",
    ...(reason === undefined ? {} : { reason }),
  };
  core.announced.set(id, found);
  if (reason === undefined) carryOut(core, found);
}

function reasonToWait(
  core: Core,
  { said, fact, target }: { readonly said: MemoryNode; readonly fact: MemoryNode; readonly target: ImpliedTarget },
): string | undefined {
  if (fact.constraint) return "a constraint is changed by statements only";
  const refused = objection(said, fact, core.rankOf);
  if (refused !== undefined) return refused;
  if (core.implied.mode === "propose") return "proposed";
  return target.confidence < core.implied.threshold ? "not sure enough" : undefined;
}

function isExplained(core: Core, said: MemoryNode, change: ChangeFound): boolean {
  const members = core.store.turns.get(said.conversation ?? "") ?? [];
  return members.slice(-LOOKED_AT).some((number) => {
    const node = core.store.entries[number]?.node;
    if (node === undefined || node.kind === "turn" || node.valid_from < said.valid_from) return false;
    return node.source.type !== "text" && isSame(core, change.value, node.text);
  });
}

function explains(core: Core, node: MemoryNode, change: ImpliedChange): boolean {
  const turn = core.store.entries[core.store.byId.get(change.turn) ?? -1]?.node;
  if (
    turn === undefined ||
    turn.conversation !== node.conversation ||
    node.valid_from < turn.valid_from ||
    node.id === change.target
  )
    return false;
  return isSame(core, change.value, node.text);
}

function isSame(core: Core, value: string, text: string): boolean {
  return sameValue(value, text, { vocabulary: core.store.vocabulary, states: core.cues.states });
}

function carryOut(core: Core, change: ImpliedChange): void {
  const { store } = core;
  const number = store.byId.get(change.target);
  const turn = store.entries[store.byId.get(change.turn) ?? -1]?.node;
  if (number === undefined || turn === undefined || store.entries[number]?.retired !== undefined) return;
  const fact = entryAt(store, number).node;
  const at = core.now();
  const retirement = { why: "implicit", at, valid_to: turn.valid_from, confidence: change.confidence } as const;
  const isReturn = hadValue(core, fact, change.value) && !core.implied.revive;
  if (isReturn) {
    retire(store, number, retirement);
    return;
  }
  const id = `${change.id}!`;
  retire(store, number, { ...retirement, by: id });
  if (!store.byId.has(id)) {
    const placed = placeNode(store, impliedNode(core, { id, fact, turn, change }));
    store.adjacency.connect(placed, number, "supersedes");
  } else {
    revive(store, store.byId.get(id) ?? -1);
  }
  change.implied = id;
}

function impliedNode(
  core: Core,
  { id, fact, turn, change }: { id: string; fact: MemoryNode; turn: MemoryNode; change: ImpliedChange },
): MemoryNode {
  const input = {
    id,
    kind: fact.kind === "environment" ? "environment" : "fact",
    value: change.value,
    source: { type: "text", authority: turn.source.authority },
    confidence: change.confidence,
    provenance: { turn: turn.id, cue: change.cue },
    scope: fact.scope,
    valid_from: turn.valid_from,
    memory_type: fact.memory_type,
    labels: ["from_text", ...turn.labels],
    ...(fact.key === undefined ? {} : { key: fact.key }),
    ...(fact.access === undefined ? {} : { access: fact.access }),
    ...(fact.subject === undefined ? {} : { subject: fact.subject }),
    ...(turn.conversation === undefined ? {} : { conversation: turn.conversation }),
  } as const;
  return factNode(input, { now: core.now(), id: input.id ?? core.newId(), maxBytes: core.maxBytes });
}

/** Whether an earlier version of the fact said this. */
function hadValue(core: Core, fact: MemoryNode, value: string): boolean {
  const wanted = core.store.vocabulary.termsOf(value).join(" ");
  return (core.store.versions.get(fact.key ?? "") ?? []).some((number) => {
    const entry = core.store.entries[number];
    return entry?.retired !== undefined && core.store.vocabulary.termsOf(entry.node.text).join(" ") === wanted;
  });
}

function undo(core: Core, change: ImpliedChange): void {
  const { store } = core;
  const implied = change.implied === undefined ? undefined : store.byId.get(change.implied);
  if (implied !== undefined) {
    const at = core.now();
    retire(store, implied, { why: "retracted", at, valid_to: at, confidence: 1 });
  }
  const target = store.byId.get(change.target);
  const retired = target === undefined ? undefined : store.entries[target]?.retired;
  if (target !== undefined && retired?.why === "implicit") revive(store, target);
}
