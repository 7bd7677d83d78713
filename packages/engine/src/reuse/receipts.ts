import type { GateSlot } from "../gates/gate.js";
import type { RecordedAnswer } from "./recorded-answer.js";
import { type Found, SingleFlight, type SingleFlightOptions } from "./single-flight.js";

/** Principals beyond which those without a live receipt are forgotten. */
const MANY_PRINCIPALS = 1_000;

/** Records of idempotent calls that have happened, bounded for each principal: none can push out what another one has. */
export interface Receipts {
  /** As `SingleFlight.find`; `slot` is the action that asks. */
  find(principal: string, key: string, asker: object, slot: GateSlot): Found<RecordedAnswer>;
  /** As `SingleFlight.store`. */
  store(principal: string, key: string, answer: RecordedAnswer, owner?: object): void;
  /** As `SingleFlight.publish`. */
  publish(principal: string, key: string): void;
  /** As `SingleFlight.drop`. */
  drop(principal: string, key: string): void;
  /** As `SingleFlight.restore`; the key names the principal. */
  restore(key: string, answer: RecordedAnswer, as: { readonly storedAt: number; readonly owner?: object }): void;
  /** The answers that everybody may see, of all principals. */
  published(): ReturnType<SingleFlight<RecordedAnswer>["published"]>;
  /** Forgets every answer that everybody may see. */
  clear(): void;
}

/** Creates an empty store of receipts; the bounds are those of one principal. */
export function createReceipts(options: SingleFlightOptions): Receipts {
  const books = new Map<string, SingleFlight<RecordedAnswer>>();
  const bookOf = (principal: string): SingleFlight<RecordedAnswer> => {
    let book = books.get(principal);
    if (book !== undefined) return book;
    if (books.size >= MANY_PRINCIPALS) forgetEmpty(books);
    books.set(principal, (book = new SingleFlight(options)));
    return book;
  };
  return {
    find: (principal, key, asker) => bookOf(principal).find(key, asker),
    store: (principal, key, answer, owner) => bookOf(principal).store(key, answer, owner),
    publish: (principal, key) => books.get(principal)?.publish(key),
    drop: (principal, key) => books.get(principal)?.drop(key),
    restore: (key, answer, as) => bookOf(principalOf(key)).restore(key, answer, as),
    published: () => [...books.values()].flatMap((book) => book.published()),
    clear: () => books.forEach((book) => book.clear()),
  };
}

/** See `answerKey`. */
function principalOf(key: string): string {
  return (JSON.parse(key) as readonly string[])[0]!;
}

function forgetEmpty(books: Map<string, SingleFlight<RecordedAnswer>>): void {
  for (const [principal, book] of books) if (book.isIdle()) books.delete(principal);
}
