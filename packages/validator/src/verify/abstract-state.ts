import { isPrefixPattern, type JsonObject, type JsonValue, matchesKey, trustedValue } from "@car/ir";
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

const UNKNOWN: AbstractValue = Object.freeze({ known: false, value: undefined, claimed: false });

/** The state a simulation works on: the real one under what is known, claimed or lost so far. */
export class AbstractState {
  private readonly base: StateView | undefined;
  private readonly plain: JsonObject | undefined;
  private readonly newest = new Map<string, AbstractValue>();
  /** `prefix*` patterns under which only keys in `newest` are known. */
  private readonly forgotten = new Set<string>();
  /** Keys and `prefix*` patterns whose trusted value is not known either. */
  private readonly distrusted = new Set<string>();
  private readonly distrustedPatterns = new Set<string>();

  constructor(state: StateView | JsonObject | undefined) {
    if (isView(state)) this.base = state;
    else this.plain = state;
  }

  /** The newest value at `key`. */
  get(key: string): AbstractValue {
    const changed = this.newest.get(key);
    if (changed !== undefined) return changed;
    if (covers(this.forgotten, key)) return UNKNOWN;
    const value = this.base === undefined ? this.plainValue(key) : this.base.entry(key)?.value;
    return { known: true, value, claimed: false };
  }

  /** The value that policies see. What an action writes or claims never changes it; a tool's declared effect may. */
  trusted(key: string): AbstractValue {
    if (this.distrusted.has(key) || covers(this.distrustedPatterns, key)) return UNKNOWN;
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
    this.newest.set(key, { known: true, value, claimed });
  }

  /** An action writes a value to `key` that cannot be known yet. */
  forgetKey(key: string): void {
    this.newest.set(key, UNKNOWN);
  }

  /** An action may write values that cannot be known yet to a key, or to the keys of a `prefix*`. */
  forget(pattern: string): void {
    if (!isPrefixPattern(pattern)) return this.forgetKey(pattern);
    this.forgotten.add(pattern);
    for (const key of this.newest.keys()) if (matchesKey(pattern, key)) this.newest.set(key, UNKNOWN);
  }

  /** A tool may write `pattern` with the host's trust. */
  lose(pattern: string): void {
    this.forget(pattern);
    (isPrefixPattern(pattern) ? this.distrustedPatterns : this.distrusted).add(pattern);
  }

  /** Every key that was written or lost, then every `prefix*` that was lost, each in order. */
  touched(): readonly string[] {
    return [...new Set([...this.newest.keys(), ...this.forgotten])];
  }

  private plainValue(key: string): JsonValue | undefined {
    return this.plain !== undefined && Object.hasOwn(this.plain, key) ? this.plain[key] : undefined;
  }
}

function covers(patterns: ReadonlySet<string>, key: string): boolean {
  for (const pattern of patterns) if (matchesKey(pattern, key)) return true;
  return false;
}

function isView(state: StateView | JsonObject | undefined): state is StateView {
  return typeof state === "object" && typeof (state as { entry?: unknown }).entry === "function";
}
