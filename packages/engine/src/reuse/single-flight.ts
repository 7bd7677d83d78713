/** A stored answer, or the promise of one. */
interface Entry<T> {
  value: T | undefined;
  /** Who makes it, or has made it; nobody for an answer that was put back for everybody. */
  maker: object | undefined;
  /** Only its maker may see the value. */
  isPrivate: boolean;
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
      this.entries.set(key, { value: undefined, maker: asker, isPrivate: true, storedAt: 0, wake: entry?.wake ?? [] });
      this.evict();
      return { kind: "mine" };
    }
    if (entry.value !== undefined && (!entry.isPrivate || entry.maker === asker)) {
      this.entries.delete(key);
      this.entries.set(key, entry);
      return { kind: "hit", value: entry.value, ageMs: this.options.now() - entry.storedAt };
    }
    return { kind: "wait", changed: new Promise((resolve) => entry.wake.push(resolve)) };
  }

  /** Stores the answer that `maker` was to make; a private one is seen by nobody else until `publish`. */
  store(key: string, value: T, { maker, isPrivate }: { readonly maker: object; readonly isPrivate: boolean }): void {
    const entry = this.entries.get(key);
    if (entry?.maker !== maker) return;
    entry.value = value;
    entry.isPrivate = isPrivate;
    entry.storedAt = this.options.now();
    wakeAll(entry);
  }

  /**
   * Puts an answer back that was made earlier, at `storedAt`. One for everybody is ignored when it is too old or there is one;
   * one that is private to `owner` takes the place of what there is.
   */
  restore(key: string, value: T, { storedAt, owner }: { readonly storedAt: number; readonly owner?: object }): void {
    const known = this.entries.get(key);
    const isPrivate = owner !== undefined;
    if (!isPrivate && (known !== undefined || this.options.now() - storedAt >= this.options.ttlMs)) return;
    this.entries.set(key, { value, maker: owner, isPrivate, storedAt, wake: known?.wake ?? [] });
    this.evict();
  }

  /** The answers that everybody may see, the least recently used first. */
  published(): readonly { readonly key: string; readonly value: T; readonly storedAt: number }[] {
    return [...this.entries].flatMap(([key, entry]) => {
      const { value, isPrivate, storedAt } = entry;
      return value === undefined || isPrivate || this.isStale(entry) ? [] : [{ key, value, storedAt }];
    });
  }

  /** Forgets every answer that everybody may see. */
  clear(): void {
    for (const { key } of this.published()) this.entries.delete(key);
  }

  /** Shows everybody the private answer of `maker`. */
  publish(key: string, maker: object): void {
    const entry = this.entries.get(key);
    if (entry?.maker !== maker || entry.value === undefined) return;
    entry.isPrivate = false;
    wakeAll(entry);
  }

  /** Forgets the answer of `maker`, or its attempt at one; whoever waited first makes it next. */
  drop(key: string, maker: object): void {
    const entry = this.entries.get(key);
    if (entry?.maker !== maker) return;
    this.entries.delete(key);
    wakeAll(entry);
  }

  /** Forgets the answer to a key, whoever may see it, if it is that one. */
  forget(key: string, isThat: (value: T) => boolean): void {
    const entry = this.entries.get(key);
    if (entry?.value === undefined || !isThat(entry.value)) return;
    this.entries.delete(key);
    wakeAll(entry);
  }

  /** Nothing is being made, and every answer is too old. */
  isIdle(): boolean {
    return [...this.entries.values()].every((entry) => this.isStale(entry));
  }

  /** What is private is relied on by its maker, however old it is. */
  private isStale({ value, isPrivate, storedAt }: Entry<T>): boolean {
    return value !== undefined && !isPrivate && this.options.now() - storedAt >= this.options.ttlMs;
  }

  /** Answers that are being made, or are still private, stay: somebody relies on them. */
  private evict(): void {
    if (this.entries.size <= this.options.maxEntries) return;
    for (const [key, { value, isPrivate }] of this.entries) {
      if (value === undefined || isPrivate) continue;
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
