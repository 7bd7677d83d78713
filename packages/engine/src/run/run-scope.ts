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

/** Whose run it is: a child's belongs to the trace of its parent. */
export interface RunOwner {
  readonly principal: string;
  readonly parent?: { readonly run: { readonly scope: RunScope } } | undefined;
}

/** What a run is of: a proposal, or what is known of input that is none. */
export interface Proposed {
  readonly id: string;
  readonly actions: readonly { readonly id: string }[];
}

/** Names one run. The texts are made when somebody asks: most runs' ids are never read by the hot path. */
export class LazyRunScope implements RunScope {
  readonly principal: string;
  private readonly proposed: Proposed;
  private readonly prefix: string;
  private readonly number: number;
  private readonly parent: RunOwner["parent"];
  private runId: string | undefined = undefined;
  private actionIds: readonly string[] | undefined = undefined;

  /** `prefix`: 24 hex characters, unique to a runtime; `number`: that of the run in its runtime, from 1. */
  constructor(prefix: string, number: number, proposed: Proposed, { principal, parent }: RunOwner) {
    this.proposed = proposed;
    this.prefix = prefix;
    this.number = number;
    this.principal = principal;
    this.parent = parent;
  }

  get proposal_id(): string {
    return this.proposed.id;
  }

  get action_ids(): readonly string[] {
    return (this.actionIds ??= this.proposed.actions.map(({ id }) => id));
  }

  get run_id(): string {
    return (this.runId ??= this.prefix + hex32(this.number));
  }

  get trace_id(): string {
    return this.parent?.run.scope.trace_id ?? this.run_id;
  }

  get span_prefix(): string {
    return hex32(this.number);
  }
}
