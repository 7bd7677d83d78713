import { jsonEqual, matchesKey, type JsonValue, type LabelSet, type Transition } from "@car/ir";
import { effectKey, joinLabels, NO_LABELS, resolveOutputTemplate } from "@car/ir/internal";
import { flowOf } from "../flow/flow-note.js";
import type { RecordedWrite } from "../reuse/recorded-answer.js";
import type { Run } from "./run.js";
import { notesOf, type Slot } from "./slot.js";

/**
 * Writes what a successful action changes, in order: its tool's writes, the tool's declared effects, and last what the
 * action claims. Where the tool spoke about a key, the claim does not count.
 */
export function applyEffects(run: Run, slot: Slot, output: JsonValue): void {
  const { action } = slot;
  const reused = slot.notes?.reuse?.writes;
  const writes = reused === undefined ? ownWrites(slot, output) : declaredOnly(run, slot, reused);
  if (writes.length > 0) applyWrites(run, slot, writes);
  else if (run.plan.graph.access[slot.index]!.writes.length === 0) return;
  const { expected_effects: claims } = action;
  // A proposer's own write is a claim like the other; only a tool's word is worth more.
  const mayReport = writes.length > 0 && action.type === "tool_call";
  const isPlain = writes.length === 0 && claimLabels(run, slot) === NO_LABELS;
  for (const key in claims) {
    const claimed = claims[key]!;
    if (isPlain) {
      run.state.write(key, { value: claimed, origin: "model" });
      continue;
    }
    const reported = mayReport ? writes.findLast((each) => each.key === key) : undefined;
    if (reported === undefined) change(run, slot, transition(key, claimed, "model", claimLabels(run, slot)));
    else noteMismatch(run, slot, { reported, claimed });
  }
}

function applyWrites(run: Run, slot: Slot, writes: readonly RecordedWrite[]): void {
  notesOf(slot).toolWrites = writes;
  const { labels: own } = flowOf(slot);
  for (const { key, write } of writes) {
    const { value, origin } = write;
    const labels = own === NO_LABELS ? write.labels : own;
    change(run, slot, transition(key, value, origin, labels));
  }
}

/** A claim is the model's own words, made after it had seen what it had seen. */
function claimLabels({ flow }: Run, slot: Slot): LabelSet {
  const own = flowOf(slot).labels;
  return flow === undefined ? own : joinLabels(own, flow.context);
}

function transition(
  key: string,
  value: JsonValue | undefined,
  origin: Transition["origin"],
  labels: LabelSet | undefined,
): Transition {
  const isLabelled = labels !== undefined && labels !== NO_LABELS;
  if (isLabelled) return value === undefined ? { key, origin, labels } : { key, value, origin, labels };
  return value === undefined ? { key, origin } : { key, value, origin };
}

function change(run: Run, slot: Slot, to: Transition): void {
  run.state.write(to.key, to);
  ((notesOf(slot).changes ??= []) as Transition[]).push(to);
}

function noteMismatch(
  run: Run,
  slot: Slot,
  { reported, claimed }: { readonly reported: RecordedWrite; readonly claimed: JsonValue },
): void {
  const { value } = reported.write;
  if (value !== undefined && jsonEqual(value, claimed)) return;
  run.record("effect_mismatch", slot, {
    key: reported.key,
    claimed,
    reported: value ?? null,
    deleted: value === undefined,
  });
}

/** A `state_write` has its one write; a tool call what its handle buffered, then what its schema takes from the output. */
function ownWrites({ notes, tool, parameters }: Slot, output: JsonValue): readonly RecordedWrite[] {
  const buffered = notes?.handleWrites;
  const effects = tool?.schema.effects;
  const known = notes?.toolWrites ?? NO_WRITES;
  if (buffered === undefined && (effects === undefined || effects.length === 0)) return known;
  const writes = [...known];
  for (const [key, write] of buffered ?? []) writes.push({ key, write });
  for (const effect of effects ?? []) {
    if (typeof effect === "string" || effect.value === undefined) continue;
    const resolved = resolveOutputTemplate(effect.value, { output, parameters });
    if (resolved.ok) writes.push({ key: effectKey(effect), write: { value: resolved.value, origin: "tool" } });
  }
  return writes;
}

const NO_WRITES: readonly RecordedWrite[] = Object.freeze([]);

/** Writes that come with a stored answer count only on keys that this action declares: others are not locked. */
function declaredOnly(run: Run, slot: Slot, writes: readonly RecordedWrite[]): readonly RecordedWrite[] {
  const declared = run.plan.graph.access[slot.index]!.writes;
  return writes.filter(({ key }) => declared.some((pattern) => matchesKey(pattern, key)));
}
