import type { Runtime } from "@car/engine";
import type { LiveEvent } from "@car/ir";
import type { VerifyReport } from "@car/validator";
import type { Account } from "./account/account.js";
import type { ApprovalDesk } from "./approval-desk.js";
import type { Planner } from "./planner/planner.js";
import type { CallRecord } from "./tools/record-calls.js";
import type { Workspace } from "./workspace/create-workspace.js";

/** Everything an act works with. */
export interface Stage {
  readonly account: Account;
  readonly workspace: Workspace;
  readonly runtime: Runtime<VerifyReport>;
  readonly planner: Planner;
  /** Calls that reached a tool's code, noted outside the runtime. */
  readonly record: CallRecord;
  /** Every event so far, as a subscriber saw it. */
  readonly events: readonly LiveEvent[];
  readonly desk: ApprovalDesk;
  readonly logFile: string;
  /** What the agent has read, for a planner that can use it. */
  knowledge: string;
}

/** One part of the story. It checks its own claims; what it throws makes the story fail too. */
export interface Act {
  readonly title: string;
  play(stage: Stage): Promise<void>;
}
