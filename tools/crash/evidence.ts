import { type CarEvent, type EventOf, payloadOf, type ProposalStatus } from "@car/ir";

/** What a log says about one action. */
export interface ActionEvidence {
  /** Attempts that began. */
  attempts: number;
  succeeded: boolean;
  deduplicated: boolean;
  inDoubt: boolean;
  ended: boolean;
  /** Attempts that began after the action had ended. */
  repeated: number;
  compensationsBegun: number;
  compensated: boolean;
}

/** What a log says about one run. */
export interface RunEvidence {
  /** Lane and number, from the proposal's id. */
  readonly lane: number;
  readonly number: number;
  /** Calls by tool, as proposed. */
  readonly calls: ReadonlyMap<string, number>;
  readonly actions: Map<string, ActionEvidence>;
  status: ProposalStatus | undefined;
  effectsRemain: boolean;
}

/** Everything that the checks need from a log. */
export interface Evidence {
  readonly runs: ReadonlyMap<string, RunEvidence>;
  /** Ids of committed runs, in the order of their commits. */
  readonly committed: readonly string[];
  readonly events: number;
}

/** Reads a log in one pass. */
export async function readEvidence(events: AsyncIterable<CarEvent>): Promise<Evidence> {
  const runs = new Map<string, RunEvidence>();
  const committed: string[] = [];
  let count = 0;
  for await (const event of events) {
    count++;
    const { run_id: id = "" } = event;
    if (event.kind === "proposal_received") runs.set(id, runOf(event));
    const run = runs.get(id);
    if (run === undefined) continue;
    if (event.action_id !== undefined) note(actionOf(run, event.action_id), event);
    if (event.kind !== "proposal_completed") continue;
    const completed = payloadOf(event);
    run.status = completed.status;
    run.effectsRemain = completed.external_effects_remain;
    if (run.status === "committed") committed.push(id);
  }
  return { runs, committed, events: count };
}

function runOf(received: EventOf<"proposal_received">): RunEvidence {
  const { proposal_id: id = "" } = received;
  const number = Number.parseInt(id.slice(0, 10), 16);
  const lane = Number.parseInt(id.slice(10), 16);
  const calls = new Map<string, number>();
  for (const action of payloadOf(received).proposal.actions ?? []) {
    if (action.type === "tool_call") calls.set(action.tool, (calls.get(action.tool) ?? 0) + 1);
  }
  return { lane, number, calls, actions: new Map(), status: undefined, effectsRemain: false };
}

function actionOf({ actions }: RunEvidence, id: string): ActionEvidence {
  const known = actions.get(id);
  if (known !== undefined) return known;
  const action: ActionEvidence = {
    attempts: 0,
    succeeded: false,
    deduplicated: false,
    inDoubt: false,
    ended: false,
    repeated: 0,
    compensationsBegun: 0,
    compensated: false,
  };
  actions.set(id, action);
  return action;
}

function note(action: ActionEvidence, { kind }: CarEvent): void {
  switch (kind) {
    case "action_executing":
      action.attempts++;
      if (action.ended) action.repeated++;
      return;
    case "action_retrying":
      action.ended = false;
      return;
    case "action_succeeded":
      action.succeeded = true;
      action.ended = true;
      return;
    case "action_failed":
    case "action_rejected":
    case "action_skipped":
      action.ended = true;
      return;
    default:
      noteRest(action, kind);
  }
}

function noteRest(action: ActionEvidence, kind: CarEvent["kind"]): void {
  switch (kind) {
    case "action_deduplicated":
      action.deduplicated = true;
      return;
    case "action_in_doubt":
      action.inDoubt = true;
      return;
    case "compensation_started":
      action.compensationsBegun++;
      return;
    case "compensation_succeeded":
      action.compensated = true;
      return;
    default:
  }
}
