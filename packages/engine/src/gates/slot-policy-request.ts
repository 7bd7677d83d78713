import type { Action, JsonObject, ToolSchema } from "@car/ir";
import type { PolicyFlow, PolicyHistory, PolicyRequest } from "@car/ir/ports";
import { SlotFlow } from "../flow/slot-flow.js";
import type { GateRun, GateSlot, Passing } from "./gate.js";
import { historyWithout } from "../session/call-history.js";

/** The question put to a policy about one action. What most rules never read is made when it is read. */
export class SlotPolicyRequest implements PolicyRequest {
  readonly action: Action;
  readonly parameters: JsonObject;
  readonly tool: ToolSchema | undefined;
  readonly principal: string;
  readonly attempt: number;
  readonly now: number;
  readonly mode: "decide" | "recheck";
  private readonly run: GateRun;
  private readonly slot: GateSlot;
  private flowOfSlot: PolicyFlow | undefined = undefined;

  constructor(run: GateRun, slot: GateSlot, { isAgain }: Passing) {
    this.run = run;
    this.slot = slot;
    this.action = slot.action;
    this.parameters = slot.parameters;
    this.tool = slot.tool?.schema;
    this.principal = run.principal;
    this.attempt = slot.attempts + 1;
    this.now = run.time;
    this.mode = isAgain ? "recheck" : "decide";
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
