import type { GateSlot } from "../gates/gate.js";
import type { RecordedAnswer } from "./recorded-answer.js";
import { type Found, SingleFlight, type SingleFlightOptions } from "./single-flight.js";

/** Principals beyond which those without a live receipt are forgotten. */
const MANY_PRINCIPALS = 1_000;

/** A run, as far as receipts know it. */
export interface ReceiptMaker {
  readonly principal: string;
}

/** Records of idempotent calls that have happened, bounded for each principal: none can push out what another one has. */
export interface Receipts {
  /** As `SingleFlight.find`; `slot` is the action that asks. */
  find(maker: ReceiptMaker, key: string, slot: GateSlot): Found<RecordedAnswer>;
  /** As `SingleFlight.store`. */
  store(maker: ReceiptMaker, key: string, answer: RecordedAnswer, isPrivate: boolean): void;
  /** As `SingleFlight.publish`. */
  publish(maker: ReceiptMaker, key: string): void;
  /** As `SingleFlight.drop`. */
  drop(maker: ReceiptMaker, key: string): void;
  /** Forgets the answer of one action, which has been undone. What another one has answered since stays. */
  forget(maker: ReceiptMaker, key: string, of: Pick<RecordedAnswer, "runId" | "actionId">): void;
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
    find: (maker, key) => bookOf(maker.principal).find(key, maker),
    store: (maker, key, answer, isPrivate) => bookOf(maker.principal).store(key, answer, { maker, isPrivate }),
    publish: (maker, key) => books.get(maker.principal)?.publish(key, maker),
    drop: (maker, key) => books.get(maker.principal)?.drop(key, maker),
    forget: (maker, key, { runId, actionId }) =>
      books.get(maker.principal)?.forget(key, (answer) => answer.runId === runId && answer.actionId === actionId),
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
