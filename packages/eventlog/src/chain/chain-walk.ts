import { canonicalJson, CarError, jsonOfEvent, sha256Hex, type CarEvent } from "@car/ir";
import type { LogHead } from "@car/ir/ports";
import type { ChainProblem, ChainProblemCode, ChainReport } from "./chain-report.js";
import { anchorHash, eventHash, GENESIS_HASH, type Sha256 } from "./event-hash.js";
import { EMPTY_DIGEST } from "./sealed-payload.js";

/** What a walk lets pass, and how it hashes. */
export interface ChainWalkOptions {
  /** Lets the events begin anywhere: those of a bounded log, or of `read({ from })`. Default false. */
  readonly partial?: boolean;
  /** The events begin right after this head, as those of a log do whose older part was dropped. */
  readonly after?: LogHead;
  /** Lets events show other payloads than were sealed; what they show is then nobody's word. Default false. */
  readonly redacted?: boolean;
  /** A faster SHA-256 than the portable default; `nodeSha256` of `@car/eventlog/node` is one. */
  readonly sha256?: Sha256;
}

/** Takes events one by one and stops being content at the first that does not fit. */
export class ChainWalk {
  private readonly options: ChainWalkOptions;
  private readonly sha256: Sha256;
  private from = 1;
  private events = 0;
  private withheld = 0;
  private last: LogHead = { seq: 0, hash: GENESIS_HASH };

  constructor(options: ChainWalkOptions = {}) {
    this.options = options;
    this.sha256 = options.sha256 ?? sha256Hex;
    if (options.after === undefined) return;
    this.last = options.after;
    this.from = options.after.seq + 1;
  }

  /** The end of what was accepted so far. */
  get head(): LogHead {
    return this.last;
  }

  /** Accepts the next event, or says what is wrong with it. */
  take(event: CarEvent): ChainProblem | undefined {
    const problem = this.shapeProblem(event) ?? this.linkProblem(event) ?? this.contentProblem(event);
    if (problem !== undefined) return problem;
    if (this.events === 0) this.from = event.seq;
    if (event.data_digest !== undefined) this.withheld++;
    this.events++;
    this.last = { seq: event.seq, hash: event.hash };
    return undefined;
  }

  /** The verdict. */
  report(problem: ChainProblem | undefined): ChainReport {
    const { from, events, withheld } = this;
    const facts = { valid: problem === undefined, events, from, head: this.last, complete: from === 1, withheld };
    return problem === undefined ? facts : { ...facts, problem };
  }

  /** A problem at the place where the next event is expected. */
  problem(code: ChainProblemCode, message: string): ChainProblem {
    return { seq: this.last.seq + 1, code, message };
  }

  private shapeProblem(event: unknown): ChainProblem | undefined {
    if (!isRecord(event)) return this.problem("malformed_event", "not an object");
    if (!Number.isSafeInteger(event["seq"]) || Number(event["seq"]) < 1) {
      return this.problem("malformed_event", "`seq` is not a positive integer");
    }
    const { hash, prev_hash, data_digest = "" } = event;
    const hasStrings = [hash, prev_hash, data_digest].every((field) => typeof field === "string");
    if (hasStrings && isRecord(event["data"]) && !Array.isArray(event["data"])) return undefined;
    return this.problem("malformed_event", "`data`, `hash`, `prev_hash` or `data_digest` has the wrong type");
  }

  private linkProblem(event: CarEvent): ChainProblem | undefined {
    if (this.events === 0 && event.seq > 1 && this.options.after === undefined) return this.startProblem(event);
    const expected = this.last.seq + 1;
    if (event.seq !== expected) {
      return {
        seq: event.seq,
        code: "sequence_broken",
        message: `event ${event.seq} stands where ${expected} belongs`,
      };
    }
    if (event.prev_hash === this.last.hash) return undefined;
    return { seq: event.seq, code: "link_broken", message: "`prev_hash` is not the hash of the event before" };
  }

  private startProblem({ seq, prev_hash }: CarEvent): ChainProblem | undefined {
    if (this.options.partial === true || prev_hash === anchorHash(seq - 1)) return undefined;
    return { seq, code: "start_missing", message: `the events before ${seq} are missing` };
  }

  private contentProblem(event: CarEvent): ChainProblem | undefined {
    try {
      return this.payloadProblem(event) ?? this.hashProblem(event);
    } catch (error) {
      if (!CarError.isInstance(error)) throw error;
      return { seq: event.seq, code: "malformed_event", message: error.message };
    }
  }

  private payloadProblem(event: CarEvent): ChainProblem | undefined {
    const { seq, data_digest } = event;
    if (data_digest === undefined) return undefined;
    const shown = this.sha256(canonicalJson(jsonOfEvent(event)));
    if (data_digest === shown) return { seq, code: "malformed_event", message: "`data_digest` is that of `data`" };
    if (shown === EMPTY_DIGEST || this.options.redacted === true) return undefined;
    return { seq, code: "payload_replaced", message: "the payload shown is not the one that was sealed" };
  }

  private hashProblem(event: CarEvent): ChainProblem | undefined {
    if (eventHash(event, this.sha256) === event.hash) return undefined;
    return { seq: event.seq, code: "hash_mismatch", message: "the event is not what its hash was made of" };
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
