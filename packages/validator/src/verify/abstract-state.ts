import { type JsonObject, type JsonValue, trustedValue } from "@car/ir";
import { isPrefixPattern, type KeyNode, KeyPatterns, KeyTree } from "@car/ir/internal";
import type { StateView } from "@car/ir/ports";

/** What is known of a value without running anything. */
export interface AbstractValue {
  /** False when a tool may have changed it. */
  readonly known: boolean;
  /** Only when known; `undefined` means absent. */
  readonly value: JsonValue | undefined;
  /** True when it is known only by an action's own claim. */
  readonly claimed: boolean;
}

/** When something happened, counted in changes; 0 is never. */
interface Moment {
  at: number;
}

const UNKNOWN: AbstractValue = Object.freeze({ known: false, value: undefined, claimed: false });

/** The state a simulation works on: the real one under what is known, claimed or lost so far. */
export class AbstractState {
  private readonly base: StateView | undefined;
  private readonly plain: JsonObject | undefined;
  private readonly changed = new Map<string, Moment & { readonly now: AbstractValue }>();
  /** Where a `prefix*` was forgotten: only what was written later is known there. */
  private readonly forgotten = new KeyTree<Moment>(() => ({ at: 0 }));
  private readonly forgottenPatterns = new Set<string>();
  /** Keys and patterns whose trusted value is not known either. */
  private readonly distrusted = new KeyPatterns();
  private moments = 0;

  constructor(state: StateView | JsonObject | undefined) {
    if (isView(state)) this.base = state;
    else this.plain = state;
  }

  /** What is known of the newest value at `key`. */
  get(key: string): AbstractValue {
    const own = this.changed.get(key);
    const forgottenAt = latestAt(this.forgotten.nearest(key));
    if (own !== undefined && own.at > forgottenAt) return own.now;
    if (forgottenAt > 0) return UNKNOWN;
    const value = this.base === undefined ? this.plainValue(key) : this.base.entry(key)?.value;
    return { known: true, value, claimed: false };
  }

  /** The newest value at `key`, as far as it is known. */
  newest(key: string): JsonValue | undefined {
    return this.get(key).value;
  }

  /** The value that policies see. What an action writes or claims never changes it; a tool's declared effect may. */
  trusted(key: string): AbstractValue {
    if (this.distrusted.covers(key)) return UNKNOWN;
    const value = this.base === undefined ? this.plainValue(key) : trustedValue(this.base.entry(key));
    return { known: true, value, claimed: false };
  }

  /** The committed version of `key`, 0 when it is absent; `undefined` for a plain value, which has none. */
  version(key: string): number | undefined {
    if (this.base !== undefined) return this.base.entry(key)?.version ?? 0;
    return this.plainValue(key) === undefined ? 0 : undefined;
  }

  /** An action writes a value itself (`claimed: false`) or says that its tool will (`claimed: true`). */
  write(key: string, value: JsonValue, { claimed }: Pick<AbstractValue, "claimed">): void {
    this.changed.set(key, { now: { known: true, value, claimed }, at: ++this.moments });
  }

  /** An action writes a value to `key` that cannot be known yet. */
  forgetKey(key: string): void {
    this.changed.set(key, { now: UNKNOWN, at: ++this.moments });
  }

  /** An action may write values that cannot be known yet to a key, or to the keys of a `prefix*`. */
  forget(pattern: string): void {
    if (!isPrefixPattern(pattern)) return this.forgetKey(pattern);
    this.forgottenPatterns.add(pattern);
    this.forgotten.at(pattern).value.at = ++this.moments;
  }

  /** A tool may write `pattern` with the host's trust. */
  lose(pattern: string): void {
    this.forget(pattern);
    this.distrusted.add(pattern);
  }

  /** Every key that was written or lost, then every `prefix*` that was lost, each in order. */
  touched(): readonly string[] {
    return [...new Set([...this.changed.keys(), ...this.forgottenPatterns])];
  }

  private plainValue(key: string): JsonValue | undefined {
    return this.plain !== undefined && Object.hasOwn(this.plain, key) ? this.plain[key] : undefined;
  }
}

function latestAt(nearest: KeyNode<Moment>): number {
  let latest = 0;
  for (let node: KeyNode<Moment> | undefined = nearest; node !== undefined; node = node.parent) {
    latest = Math.max(latest, node.value.at);
  }
  return latest;
}

function isView(state: StateView | JsonObject | undefined): state is StateView {
  return typeof state === "object" && typeof (state as { entry?: unknown }).entry === "function";
}
