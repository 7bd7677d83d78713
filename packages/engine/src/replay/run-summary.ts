import {
  type ActionSucceededData,
  type CarEvent,
  type EventOf,
  type JsonValue,
  payloadOf,
  type ProposalCompletedData,
  type ProposalReceivedData,
  type Reason,
} from "@car/ir";

/** What a log says about one action, without times. */
export interface ActionSummary {
  readonly status: "succeeded" | "failed" | "rejected" | "skipped" | "unfinished";
  readonly output?: JsonValue;
  readonly reason?: JsonValue;
  readonly attempts: number;
  readonly changes: JsonValue;
  readonly decisions: JsonValue;
}

/** What a log says about one run, without times. */
export interface RunSummary {
  readonly run_id: string;
  readonly seq: number;
  readonly proposal_hash: string;
  readonly principal: string;
  readonly status: string;
  readonly cause?: JsonValue;
  readonly actions: Readonly<Record<string, ActionSummary>>;
}

interface OpenAction {
  status: ActionSummary["status"];
  end: Partial<ActionSucceededData> & { readonly reason?: Reason };
  attempts: number;
  changes: JsonValue[];
  decisions: JsonValue[];
}

/** The runs of a log in the order in which they began. @throws `PayloadErasedError` when a payload is gone. */
export async function runSummaries(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
): Promise<readonly RunSummary[]> {
  const runs = new Map<string, SummaryBuilder>();
  for await (const event of events) {
    const { run_id: id } = event;
    if (id === undefined) continue;
    if (event.kind === "proposal_received") runs.set(id, new SummaryBuilder(event));
    else runs.get(id)?.take(event);
  }
  return [...runs.values()].map((run) => run.summary());
}

class SummaryBuilder {
  private readonly first: EventOf<"proposal_received">;
  private readonly received: ProposalReceivedData;
  private readonly actions = new Map<string, OpenAction>();
  private end: Partial<ProposalCompletedData> = {};

  constructor(first: EventOf<"proposal_received">) {
    this.first = first;
    this.received = payloadOf(first);
  }

  take(event: CarEvent): void {
    if (event.kind === "proposal_completed") this.end = payloadOf(event);
    if (event.action_id === undefined) return;
    const action = this.actionOf(event.action_id);
    action.attempts = Math.max(action.attempts, event.attempt ?? 0);
    switch (event.kind) {
      case "state_changed":
        action.changes.push(...payloadOf(event).changes);
        return;
      case "policy_decided":
        action.decisions.push(payloadOf(event));
        return;
      case "action_succeeded":
      case "action_failed":
      case "action_rejected":
      case "action_skipped":
        action.status = event.kind.slice("action_".length) as ActionSummary["status"];
        action.end = payloadOf(event);
        return;
      default:
    }
  }

  summary(): RunSummary {
    const { run_id = "", seq } = this.first;
    const { proposal_hash, principal } = this.received;
    const { status = "unfinished", cause } = this.end;
    const actions = Object.fromEntries([...this.actions].map(([id, action]) => [id, summaryOf(action)]));
    const known = { run_id, seq, proposal_hash, principal, status, actions };
    return cause === undefined ? known : { ...known, cause };
  }

  private actionOf(id: string): OpenAction {
    const known = this.actions.get(id);
    if (known !== undefined) return known;
    const action: OpenAction = { status: "unfinished", end: {}, attempts: 0, changes: [], decisions: [] };
    this.actions.set(id, action);
    return action;
  }
}

function summaryOf({ status, end, attempts, changes, decisions }: OpenAction): ActionSummary {
  const { output, reason } = end;
  return {
    status,
    ...(output === undefined ? {} : { output }),
    ...(reason === undefined ? {} : { reason }),
    attempts,
    changes,
    decisions,
  };
}
