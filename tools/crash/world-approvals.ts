import { existsSync } from "node:fs";
import { jsonlApprovalStore } from "@car/approvals/node";
import type { ApprovalStore, StoredApprovalRequest } from "@car/ir/ports";
import { type Dice } from "./dice.js";

/** Somebody outside the process under test who answers its requests for approval, while it runs and after it was killed. */
export class WorldApprovals {
  /** `run/action` of each call that has been approved. */
  private readonly yes = new Set<string>();
  private readonly path: string;
  private readonly dice: Dice;
  private store: ApprovalStore | undefined;
  /** Leaves nobody waiting. */
  answersAll = false;

  constructor(path: string, dice: Dice) {
    this.path = path;
    this.dice = dice;
  }

  /** Whether somebody has approved a call of this action. */
  hasApproved(run: string, action: string): boolean {
    return this.yes.has(nameOf(run, action));
  }

  get approved(): number {
    return this.yes.size;
  }

  /** Answers what a run waits for, or leaves it for later. Gives whether there was an answer. */
  async answerRun(run: string): Promise<boolean> {
    if (!this.answersAll && this.dice(3) === 0) return false;
    const open = (await this.pending()).filter((request) => request.run_id === run);
    for (const request of open) await this.answer(request);
    return open.length > 0;
  }

  /** Answers some of what a process has left when it was killed. */
  async answerLeft(): Promise<void> {
    for (const request of await this.pending()) if (this.answersAll || this.dice(2) === 0) await this.answer(request);
  }

  private async pending(): Promise<readonly StoredApprovalRequest[]> {
    if (this.store === undefined && !existsSync(this.path)) return [];
    this.store ??= jsonlApprovalStore({ path: this.path });
    return this.store.pending(Date.now());
  }

  private async answer({ id, run_id: run, action_id: action }: StoredApprovalRequest): Promise<void> {
    const approved = this.dice(5) > 0;
    await this.store!.decide(id, { approved, by: "the world" }, Date.now());
    if (approved) this.yes.add(nameOf(run, action));
  }
}

function nameOf(run: string, action: string): string {
  return `${run}/${action}`;
}
