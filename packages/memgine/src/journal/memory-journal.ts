/** Where a memory is kept across processes: a snapshot and the operations since. One writer. */
export interface MemoryJournal {
  /** What was there when the journal was opened. */
  readonly found: { readonly snapshot?: string; readonly operations: readonly string[] };
  /** Adds one operation, a line of JSON. Cheap; not yet durable. @throws `CAR_MEMORY_WRITE_FAILED` once a write has failed. */
  append(operation: string): void;
  /** Settles when everything appended before survives a crash. Rejects with `CAR_MEMORY_WRITE_FAILED`. */
  flush(): Promise<void>;
  /** Puts a snapshot in the place of everything before, at once or not at all. */
  replace(snapshot: string): Promise<void>;
  /** Flushes and lets the next writer in. */
  close(): Promise<void>;
}
