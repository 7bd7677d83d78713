import { ToolError } from "@car/ir";
import type { Executor } from "@car/ir/ports";

/** A plan, what its calls gave, and how its actions must end. */
export interface RecordedRun {
  readonly task_id: string;
  readonly proposal: object;
  readonly expected_statuses: readonly string[];
  readonly calls: readonly {
    readonly action_id: string;
    readonly tool: string;
    readonly output?: unknown;
    readonly error?: string;
  }[];
}

/** Answers the calls of one run from their record, each once. */
export class RecordedCalls {
  /** Calls that are not in the record, or were made already. */
  extra = 0;
  /** Calls that were answered. */
  made = 0;
  /** Never settles: the process ends in the call of this number. */
  hangAt: number | undefined = undefined;
  /** Told when it hangs. */
  onHang: () => void = () => undefined;
  private readonly left: Map<string, RecordedRun["calls"][number]>;

  constructor({ calls }: RecordedRun) {
    this.left = new Map(calls.map((call) => [call.action_id, call]));
  }

  /** In the place of the tools. */
  readonly executor: Executor = ({ actionId, tool }) => {
    if (this.made === this.hangAt) {
      // Not answered, and not counted: the process ends before the call leaves it.
      this.onHang();
      return new Promise(() => undefined);
    }
    const call = this.left.get(actionId);
    this.left.delete(actionId);
    if (call === undefined || call.tool !== tool) {
      this.extra++;
      throw new ToolError("this call is not recorded");
    }
    this.made++;
    if (call.error !== undefined) throw new ToolError(call.error);
    return call.output;
  };
}
