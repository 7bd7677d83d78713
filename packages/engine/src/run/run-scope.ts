import type { RunScope } from "@car/ir/ports";

const HEX_BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Eight hex characters of a 32-bit number; a table is ten times faster than `toString(16)`. */
function hex32(value: number): string {
  return hex24(value >>> 8) + HEX_BYTES[value & 255]!;
}

let lastHigh = -1;
let lastHighText = "";

/** Six hex characters. Numbers that are counted up share them 256 times in a row, so the last text is kept. */
function hex24(value: number): string {
  if (value !== lastHigh) {
    lastHighText = HEX_BYTES[(value >>> 16) & 255]! + HEX_BYTES[(value >>> 8) & 255]! + HEX_BYTES[value & 255]!;
    lastHigh = value;
  }
  return lastHighText;
}

/** What tells one run's scope from another's. */
export interface RunScopeInit {
  readonly proposalId: string;
  readonly principal: string;
  readonly actionIds: readonly string[];
  /** Trace of the parent run, for a child. */
  readonly traceId: string | undefined;
}

/** Names one run. The texts are made when somebody asks: most runs' ids are never read by the hot path. */
export class LazyRunScope implements RunScope {
  readonly proposal_id: string;
  readonly principal: string;
  readonly action_ids: readonly string[];
  private readonly prefix: string;
  private readonly number: number;
  private readonly parentTrace: string | undefined;
  private runId: string | undefined = undefined;

  /** `prefix`: 24 hex characters, unique to a runtime; `number`: that of the run in its runtime, from 1. */
  constructor(prefix: string, number: number, init: RunScopeInit) {
    this.proposal_id = init.proposalId;
    this.principal = init.principal;
    this.action_ids = init.actionIds;
    this.prefix = prefix;
    this.number = number;
    this.parentTrace = init.traceId;
  }

  get run_id(): string {
    return (this.runId ??= this.prefix + hex32(this.number));
  }

  get trace_id(): string {
    return this.parentTrace ?? this.run_id;
  }

  get span_prefix(): string {
    return hex32(this.number);
  }
}
