import { type JsonValue, LockCanceledError, NestedLockError, type StateEntry, StoreClosedError } from "@car/ir";
import type { Lease, LockRequest, LockWait, StateCommit, StateStore, StateView } from "@car/ir/ports";
import { LockModel } from "../suites/lock-model.js";

interface Answer {
  readonly grant: (lease: Lease) => void;
  readonly refuse: (error: Error) => void;
}

/** The plainest store that keeps the rules: views are copies, locks are the model's. Mutants override one part. */
export class PlainStateStore implements StateStore {
  readonly supports = { durable: false };
  protected entries = new Map<string, StateEntry>();
  protected version = 0;
  protected readonly locks = new LockModel();
  protected readonly answers = new Map<number, Answer>();
  protected isClosed = false;

  view(): StateView {
    this.requireOpen();
    return new PlainView(this.version, new Map(this.entries));
  }

  acquire(request: LockRequest): Lease | LockWait {
    this.requireOpen();
    if (request.reads.length + request.writes.length === 0) return { release: () => undefined };
    const refused = this.locks.acquire(request);
    if (refused.length > 0) throw new NestedLockError(refused);
    const number = this.locks.requests.length - 1;
    return this.isHeld(number) ? this.leaseOf(number) : this.waitOf(number);
  }

  commit(change: StateCommit): number | Promise<number> {
    this.requireOpen();
    const entries = [...change.entries];
    this.version += 1;
    for (const [key, entry] of entries) this.put(key, entry);
    return this.version;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const { refuse } of this.answers.values()) refuse(new StoreClosedError("closed"));
    this.answers.clear();
  }

  protected put(key: string, entry: StateEntry | undefined): void {
    if (entry === undefined) this.entries.delete(key);
    else this.entries.set(key, entry.version === 0 ? { ...entry, version: this.version } : entry);
  }

  protected leaseOf(number: number): Lease {
    return { release: () => this.isHeld(number) && this.end(number) };
  }

  protected waitOf(number: number): LockWait {
    const lease = new Promise<Lease>((grant, refuse) => this.answers.set(number, { grant, refuse }));
    lease.catch(() => undefined);
    return { lease, cancel: () => this.cancel(number) };
  }

  protected cancel(number: number): void {
    const answer = this.answers.get(number);
    if (answer === undefined) return;
    this.answers.delete(number);
    answer.refuse(new LockCanceledError("canceled"));
    this.end(number);
  }

  protected end(number: number): void {
    this.locks.end(number);
    for (const [waiting, { grant }] of this.answers) {
      if (!this.isHeld(waiting)) continue;
      this.answers.delete(waiting);
      grant(this.leaseOf(waiting));
    }
  }

  protected isHeld(number: number): boolean {
    return this.locks.requests[number]?.status === "held";
  }

  protected requireOpen(): void {
    if (this.isClosed) throw new StoreClosedError("closed");
  }
}

/** A view over a map that nobody else changes. */
export class PlainView implements StateView {
  readonly version: number;
  protected readonly entries: ReadonlyMap<string, StateEntry>;

  constructor(version: number, entries: ReadonlyMap<string, StateEntry>) {
    this.version = version;
    this.entries = entries;
  }

  entry(key: string): StateEntry | undefined {
    return this.entries.get(key);
  }

  get(key: string): JsonValue | undefined {
    return this.entry(key)?.value;
  }

  keys(): readonly string[] {
    return [...this.entries.keys()].filter((key) => this.get(key) !== undefined).sort();
  }
}
