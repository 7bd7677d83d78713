import { isPrefixPattern, type JsonObject, type JsonValue, matchesKey, type StateEntry, trustedValue } from "@car/ir";
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
  private readonly lostTrust = new Set<string>();
  private readonly lostPatterns: string[] = [];

  constructor(state: StateView | JsonObject | undefined) {
    if (isView(state)) this.base = state;
    else this.plain = state;
  }

  /** The newest value at `key`. */
  get(key: string): AbstractValue {
    const changed = this.newest.get(key);
    if (changed !== undefined) return changed;
    if (this.lostPatterns.some((pattern) => matchesKey(pattern, key))) return UNKNOWN;
    return { known: true, value: this.entry(key)?.value ?? this.plainValue(key), claimed: false };
  }

  /** The value that policies see. A claim never changes it; a tool may. */
  trusted(key: string): AbstractValue {
    if (this.lostTrust.has(key) || this.lostPatterns.some((pattern) => matchesKey(pattern, key))) return UNKNOWN;
    return { known: true, value: trustedValue(this.entry(key)) ?? this.plainValue(key), claimed: false };
  }

  /** The committed version of `key`; 0 when it has none. */
  version(key: string): number {
    return this.entry(key)?.version ?? (this.plainValue(key) === undefined ? 0 : 1);
  }

  /** An action writes a value itself (`claimed: false`) or says that its tool will (`claimed: true`). */
  write(key: string, value: JsonValue, claimed: boolean): void {
    this.newest.set(key, { known: true, value, claimed });
  }

  /** A value arrives that cannot be known, written by an action. */
  forget(key: string): void {
    this.newest.set(key, UNKNOWN);
  }

  /** A tool may write `pattern`, with the host's trust. */
  lose(pattern: string): void {
    if (!isPrefixPattern(pattern)) {
      this.newest.set(pattern, UNKNOWN);
      this.lostTrust.add(pattern);
      return;
    }
    this.lostPatterns.push(pattern);
    for (const key of this.newest.keys()) if (matchesKey(pattern, key)) this.newest.set(key, UNKNOWN);
  }

  /** Every key that was written or lost, in order. */
  touched(): readonly string[] {
    return [...this.newest.keys()];
  }

  private entry(key: string): StateEntry | undefined {
    return this.base?.entry(key);
  }

  private plainValue(key: string): JsonValue | undefined {
    return this.plain !== undefined && Object.hasOwn(this.plain, key) ? this.plain[key] : undefined;
  }
}

function isView(state: StateView | JsonObject | undefined): state is StateView {
  return typeof state === "object" && typeof (state as { entry?: unknown }).entry === "function";
}
