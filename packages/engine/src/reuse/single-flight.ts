/** A stored answer, or the promise of one. */
interface Entry<T> {
  value: T | undefined;
  /** Only this asker may see the value; `undefined`: everybody. */
  owner: object | undefined;
  storedAt: number;
  wake: (() => void)[];
}

/** What asking for a key brings. */
export type Found<T> =
  | { readonly kind: "hit"; readonly value: T; readonly ageMs: number }
  /** Nobody has it: the asker makes it, and must call `store` or `drop`. */
  | { readonly kind: "mine" }
  /** Somebody is making it: ask again when `changed` settles. */
  | { readonly kind: "wait"; readonly changed: Promise<void> };

/** Bounds of a store. */
export interface SingleFlightOptions {
  readonly maxEntries: number;
  readonly ttlMs: number;
  readonly now: () => number;
}

/**
 * Answers by key, each made once: while one asker makes it, others wait, and if that comes to nothing, the first who
 * waited takes its place. Bounded in number (least recently used goes first) and in age.
 */
export class SingleFlight<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private readonly options: SingleFlightOptions;

  constructor(options: SingleFlightOptions) {
    this.options = options;
  }

  /** Looks a key up. An answer that is still private to another asker counts as being made. */
  find(key: string, asker: object): Found<T> {
    const entry = this.entries.get(key);
    if (entry === undefined || this.isStale(entry)) {
      this.entries.set(key, { value: undefined, owner: asker, storedAt: 0, wake: entry?.wake ?? [] });
      this.evict();
      return { kind: "mine" };
    }
    if (entry.value !== undefined && (entry.owner === undefined || entry.owner === asker)) {
      this.entries.delete(key);
      this.entries.set(key, entry);
      return { kind: "hit", value: entry.value, ageMs: this.options.now() - entry.storedAt };
    }
    return { kind: "wait", changed: new Promise((resolve) => entry.wake.push(resolve)) };
  }

  /** Stores the answer; until `publish`, only `owner` sees it. Without an owner everybody does. */
  store(key: string, value: T, owner?: object): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    entry.value = value;
    entry.owner = owner;
    entry.storedAt = this.options.now();
    wakeAll(entry);
  }

  /** Puts an answer back that was made earlier, at `storedAt`. Ignored when it is too old or there is one. */
  restore(key: string, value: T, { storedAt, owner }: { readonly storedAt: number; readonly owner?: object }): void {
    if (this.entries.has(key) || this.options.now() - storedAt >= this.options.ttlMs) return;
    this.entries.set(key, { value, owner, storedAt, wake: [] });
    this.evict();
  }

  /** The answers that everybody may see, the least recently used first. */
  published(): readonly { readonly key: string; readonly value: T; readonly storedAt: number }[] {
    return [...this.entries].flatMap(([key, entry]) => {
      const { value, owner, storedAt } = entry;
      return value === undefined || owner !== undefined || this.isStale(entry) ? [] : [{ key, value, storedAt }];
    });
  }

  /** Forgets every answer that everybody may see. */
  clear(): void {
    for (const { key } of this.published()) this.entries.delete(key);
  }

  /** Shows a private answer to everybody. */
  publish(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    entry.owner = undefined;
    wakeAll(entry);
  }

  /** Forgets an answer, or the attempt at one; whoever waited first makes it next. */
  drop(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    wakeAll(entry);
  }

  /** Nothing is being made, and every answer is too old. */
  isIdle(): boolean {
    return [...this.entries.values()].every((entry) => this.isStale(entry));
  }

  private isStale({ value, storedAt }: Entry<T>): boolean {
    return value !== undefined && this.options.now() - storedAt >= this.options.ttlMs;
  }

  /** Answers that are being made, or are still private, stay: somebody relies on them. */
  private evict(): void {
    if (this.entries.size <= this.options.maxEntries) return;
    for (const [key, { value, owner }] of this.entries) {
      if (value === undefined || owner !== undefined) continue;
      this.entries.delete(key);
      if (this.entries.size <= this.options.maxEntries) return;
    }
  }
}

function wakeAll<T>(entry: Entry<T>): void {
  const { wake } = entry;
  entry.wake = [];
  for (const each of wake) each();
}
