import type { Action, JsonObject, ToolSchema } from "@car/ir";
import type { PolicyFlow, PolicyHistory, PolicyRequest } from "@car/ir/ports";
import { SlotFlow } from "../flow/slot-flow.js";
import type { GateRun, GateSlot, Passing } from "./gate.js";
import { historyWithout } from "../session/call-history.js";

/** The question put to a policy about one action. What most rules never read is made when it is read. */
export class SlotPolicyRequest implements PolicyRequest {
  readonly attempt: number;
  /** When it was asked, in milliseconds since the epoch of the run. */
  private readonly after: number;
  private readonly isAgain: boolean;
  private readonly run: GateRun;
  private readonly slot: GateSlot;
  private flowOfSlot: PolicyFlow | undefined = undefined;

  constructor(run: GateRun, slot: GateSlot, { isAgain }: Passing) {
    this.run = run;
    this.slot = slot;
    this.attempt = slot.attempts + 1;
    this.after = run.elapsed;
    this.isAgain = isAgain;
  }

  get now(): number {
    return this.run.epoch + this.after;
  }

  get action(): Action {
    return this.slot.action;
  }

  get parameters(): JsonObject {
    return this.slot.parameters;
  }

  get tool(): ToolSchema | undefined {
    return this.slot.tool?.schema;
  }

  get principal(): string {
    return this.run.principal;
  }

  get mode(): "decide" | "recheck" {
    return this.isAgain ? "recheck" : "decide";
  }

  get flow(): PolicyFlow | undefined {
    const { flow } = this.run;
    if (flow === undefined) return undefined;
    return (this.flowOfSlot ??= new SlotFlow(this.run, this.slot, flow));
  }

  get history(): PolicyHistory | undefined {
    const { history } = this.run;
    if (history === undefined || this.slot.notes?.isCounted !== true || this.action.type !== "tool_call")
      return history;
    return historyWithout(history, this.action.tool);
  }

  get run_id(): string {
    return this.run.scope.run_id;
  }

  get proposal_id(): string {
    return this.run.scope.proposal_id;
  }
}
