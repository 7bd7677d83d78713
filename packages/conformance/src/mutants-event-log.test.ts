import { LogClosedError, type CarEvent } from "@car/ir";
import type { EventDraft, EventLog, LogHead, ReadOptions } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { EMPTY_HEAD, headOf, sealedEvents } from "./event-log/sealed-events.js";
import { testEventLog } from "./suites/test-event-log.js";

/** The plainest log that keeps the rules. Each mutant below breaks one. */
class PlainLog implements EventLog {
  readonly supports: EventLog["supports"] = { durable: false };
  protected drafts: EventDraft[] = [];
  protected isClosed = false;

  append(draft: EventDraft): number {
    if (this.isClosed) throw new LogClosedError("closed");
    return this.drafts.push({ ...draft });
  }
  flush(): void | Promise<void> {}
  read(options: ReadOptions = {}): AsyncIterable<CarEvent> {
    return stream(this.events(options));
  }
  async head(): Promise<LogHead> {
    return headOf(sealedEvents(this.drafts));
  }
  async close(): Promise<void> {
    this.isClosed = true;
  }
  protected events({ from = 1, to = this.drafts.length }: ReadOptions): readonly CarEvent[] {
    return sealedEvents(this.drafts).filter(({ seq }) => seq >= from && seq <= to);
  }
}

async function* stream<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

/** Runs the suite against a log and gives the names of the tests that fail. */
async function failuresOf(create: () => EventLog): Promise<readonly string[]> {
  const tests: [string, () => void | Promise<void>][] = [];
  testEventLog({ describe: (_name, body) => body(), it: (name, body) => tests.push([name, body]) }, create);
  const failures: string[] = [];
  for (const [name, body] of tests) {
    try {
      await body();
    } catch {
      failures.push(name);
    }
  }
  return failures;
}

/** The rule that each mutant breaks, and how. */
const MUTANTS: readonly (readonly [rule: string, how: string, create: () => EventLog])[] = [
  [
    "EL-1",
    "counts from 0",
    () =>
      new (class extends PlainLog {
        override append(draft: EventDraft): number {
          return super.append(draft) - 1;
        }
      })(),
  ],
  [
    "EL-2",
    "keeps the caller's object",
    () =>
      new (class extends PlainLog {
        override append(draft: EventDraft): number {
          super.append(draft);
          return this.drafts.splice(-1, 1, draft) && this.drafts.length;
        }
      })(),
  ],
  [
    "EL-2",
    "forgets the attempt",
    () =>
      new (class extends PlainLog {
        override append(draft: EventDraft): number {
          return super.append({ ...draft, attempt: 0 });
        }
      })(),
  ],
  [
    "EL-3",
    "leaves out the last event asked for",
    () =>
      new (class extends PlainLog {
        protected override events({ from = 1, to = Infinity }: ReadOptions): readonly CarEvent[] {
          return super.events({}).filter(({ seq }) => seq >= from && seq < to);
        }
      })(),
  ],
  [
    "EL-3",
    "reads newest first",
    () =>
      new (class extends PlainLog {
        protected override events(options: ReadOptions): readonly CarEvent[] {
          return super.events(options).toReversed();
        }
      })(),
  ],
  [
    "EL-3",
    "follows what is appended later",
    () =>
      new (class extends PlainLog {
        override read(options: ReadOptions = {}): AsyncIterable<CarEvent> {
          return this.follow(options);
        }
        private async *follow({ from = 1, to = Infinity }: ReadOptions): AsyncGenerator<CarEvent> {
          for (let seq = from; seq <= Math.min(to, this.drafts.length, 50); seq++)
            yield* this.events({ from: seq, to: seq });
        }
      })(),
  ],
  [
    "EL-4",
    "hashes without the payload",
    () =>
      new (class extends PlainLog {
        protected override events(options: ReadOptions): readonly CarEvent[] {
          const hollow = sealedEvents(this.drafts.map((draft) => ({ ...draft, data: undefined }) as EventDraft));
          return super.events(options).map((event) => ({ ...event, hash: hollow[event.seq - 1]?.hash ?? "" }));
        }
      })(),
  ],
  [
    "EL-4",
    "does not link",
    () =>
      new (class extends PlainLog {
        protected override events(options: ReadOptions): readonly CarEvent[] {
          return super.events(options).map((event) => ({ ...event, prev_hash: EMPTY_HEAD.hash }));
        }
      })(),
  ],
  [
    "EL-5",
    "has no head before the first event",
    () =>
      new (class extends PlainLog {
        override async head(): Promise<LogHead> {
          return this.drafts.length === 0 ? { seq: 0, hash: "" } : super.head();
        }
      })(),
  ],
  [
    "EL-5",
    "gives the head of the last reading",
    () =>
      new (class extends PlainLog {
        private last = EMPTY_HEAD;
        override read(options: ReadOptions = {}): AsyncIterable<CarEvent> {
          this.last = headOf(super.events({}));
          return super.read(options);
        }
        override async head(): Promise<LogHead> {
          return this.last;
        }
      })(),
  ],
  [
    "EL-6",
    "starts a new chain at each flush",
    () =>
      new (class extends PlainLog {
        private flushed = 0;
        override flush(): void {
          this.flushed = this.drafts.length;
        }
        protected override events(options: ReadOptions): readonly CarEvent[] {
          const [before, after] = [super.events(options), sealedEvents(this.drafts.slice(this.flushed))];
          return before.map((event) => ({ ...event, hash: after[event.seq - 1 - this.flushed]?.hash ?? event.hash }));
        }
      })(),
  ],
  [
    "EL-7",
    "answers a flush with something",
    () =>
      new (class extends PlainLog {
        override flush(): Promise<void> {
          return Promise.resolve(1 as unknown as undefined);
        }
      })(),
  ],
  [
    "EL-7",
    "claims to be durable",
    () =>
      new (class extends PlainLog {
        override readonly supports = { durable: true };
      })(),
  ],
  [
    "EL-8",
    "takes events after it was closed",
    () =>
      new (class extends PlainLog {
        override async close(): Promise<void> {}
      })(),
  ],
  [
    "EL-8",
    "cannot be closed twice",
    () =>
      new (class extends PlainLog {
        override async close(): Promise<void> {
          if (this.isClosed) throw new LogClosedError("closed");
          this.isClosed = true;
        }
      })(),
  ],
];

describe("testEventLog", () => {
  it("[EL-1] accepts a log that keeps the rules", async () => {
    expect(await failuresOf(() => new PlainLog())).toEqual([]);
  });

  it.each(MUTANTS)("rejects a log that breaks %s: it %s", async (rule, _how, create) => {
    const failures = await failuresOf(create);
    expect(failures.some((name) => name.includes(`[${rule}]`))).toBe(true);
  });
});
