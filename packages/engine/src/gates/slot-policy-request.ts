import type { Action, JsonObject, ToolSchema } from "@car/ir";
import type { PolicyRequest } from "@car/ir/ports";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";

/** The question put to a policy about one action. What most rules never read is made when it is read. */
export class SlotPolicyRequest implements PolicyRequest {
  readonly action: Action;
  readonly parameters: JsonObject;
  readonly tool: ToolSchema | undefined;
  readonly principal: string;
  readonly attempt: number;
  readonly now: number;
  readonly mode: "decide" | "recheck";
  private readonly run: Run;

  constructor(run: Run, slot: Slot) {
    this.run = run;
    this.action = slot.action;
    this.parameters = slot.parameters;
    this.tool = slot.tool?.schema;
    this.principal = run.principal;
    this.attempt = slot.attempts + 1;
    this.now = run.time;
    this.mode = slot.waited ? "recheck" : "decide";
  }

  get run_id(): string {
    return this.run.scope.run_id;
  }

  get proposal_id(): string {
    return this.run.scope.proposal_id;
  }
}
