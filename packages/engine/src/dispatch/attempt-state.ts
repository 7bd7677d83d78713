import {
  JsonInvalidError,
  type JsonValue,
  matchesKey,
  type Origin,
  StateHandleDeadError,
  StateKeyDeniedError,
  StateValueInvalidError,
} from "@car/ir";
import { copyJson, joinLabels } from "@car/ir/internal";
import type { ToolState } from "@car/ir/ports";
import { flowNote } from "../flow/flow-note.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import type { Attempt } from "./attempt.js";

/** A tool's window on the state: declared keys only, writes buffered in the attempt, dead when the attempt is over. */
export class AttemptState implements ToolState {
  private readonly run: Run;
  private readonly slot: Slot;
  private readonly attempt: Attempt;

  constructor(attempt: Attempt) {
    this.run = attempt.run;
    this.slot = attempt.slot;
    this.attempt = attempt;
  }

  get(key: string): JsonValue | undefined {
    this.assertAlive();
    const { reads, writes } = this.run.plan.graph.access[this.slot.index]!;
    if (!covers(writes, key) && !covers(reads, key))
      throw new StateKeyDeniedError(key, "is not declared by the tool or its action");
    this.assertCapable(key);
    const own = this.attempt.extras.writes?.get(key);
    if (own !== undefined) return own.value;
    const entry = this.run.state.entry(key);
    if (entry?.labels !== undefined) {
      const note = flowNote(this.slot);
      note.read = joinLabels(note.read, entry.labels);
    }
    return entry?.value;
  }

  set(key: string, value: JsonValue): void {
    const origin = this.assertWritable(key);
    try {
      this.buffer(key, copyJson(value, this.run.config.outputLimits), origin);
    } catch (cause) {
      if (!(cause instanceof JsonInvalidError)) throw cause;
      throw new StateValueInvalidError(`the value for key \`${key}\` is not JSON: ${cause.message}`, { cause });
    }
  }

  delete(key: string): void {
    this.buffer(key, undefined, this.assertWritable(key));
  }

  private buffer(key: string, value: JsonValue | undefined, origin: Origin): void {
    (this.attempt.ownExtras.writes ??= new Map()).set(key, { value, origin });
  }

  /** The origin a write to `key` has: the host's declaration makes it the tool's word, an action's own only a claim. */
  private assertWritable(key: string): Origin {
    this.assertAlive();
    this.assertCapable(key);
    if (covers(this.slot.tool?.effectKeys ?? [], key)) return "tool";
    if (covers(this.run.plan.graph.access[this.slot.index]!.writes, key)) return "model";
    throw new StateKeyDeniedError(key, "is not declared as written by the tool or its action");
  }

  private assertCapable(key: string): void {
    if (this.run.config.capabilities?.allowsKey(key) === false) {
      throw new StateKeyDeniedError(key, "is outside the capability set");
    }
  }

  private assertAlive(): void {
    if (this.attempt.isOver) throw new StateHandleDeadError("the attempt that this state handle belongs to is over");
  }
}

function covers(patterns: readonly string[], key: string): boolean {
  return patterns.some((pattern) => matchesKey(pattern, key));
}
