import { type Action, type CarEvent, type EventOf, type JsonValue, payloadOf, type ProposalStatus } from "@car/ir";

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
  compensations: ("succeeded" | "failed")[];
  /** The process that had begun the compensation. */
  begunBy: number;
  /** The compensation was begun by one process and ended by a later one. */
  isInterrupted: boolean;
}

/** What a log says about one run. */
export interface RunEvidence {
  readonly id: string;
  /** The call that had proposed it. */
  readonly caller: { readonly run: string; readonly action: string } | undefined;
  /** Which of that call's proposals it is. */
  readonly part: JsonValue | undefined;
  /** As proposed. */
  readonly proposed: readonly Action[];
  readonly actions: Map<string, ActionEvidence>;
  /** Sequence of its end. */
  endSeq: number | undefined;
  status: ProposalStatus | undefined;
  effectsRemain: boolean;
}

/** Everything that the checks need from a log. */
export interface Evidence {
  readonly runs: ReadonlyMap<string, RunEvidence>;
  /** How runs ended, also those whose beginning is not in the log any more. */
  readonly ends: ReadonlyMap<string, ProposalStatus>;
  /** Runs that have waited for approvals. */
  readonly suspended: ReadonlySet<string>;
  /** Answers to requests for approval that were found by `recover`, and by `resume`. */
  readonly answered: Readonly<Record<"crash" | "approval", number>>;
  /** Ids of committed runs, in the order of their commits. */
  readonly committed: readonly string[];
  readonly events: number;
}

/** Reads a log in one pass. */
export async function readEvidence(events: AsyncIterable<CarEvent>): Promise<Evidence> {
  const runs = new Map<string, RunEvidence>();
  const ends = new Map<string, ProposalStatus>();
  const suspended = new Set<string>();
  const resumed = new Map<string, "crash" | "approval">();
  const answered = { crash: 0, approval: 0 };
  const committed: string[] = [];
  let count = 0;
  let process = 0;
  for await (const event of events) {
    count++;
    // Each process tells once what it goes by.
    if (event.kind === "config_changed") process++;
    const { run_id: id = "" } = event;
    if (event.kind === "proposal_received") runs.set(id, runOf(event));
    if (event.kind === "proposal_suspended") suspended.add(id);
    if (event.kind === "proposal_resumed") resumed.set(id, payloadOf(event).after);
    if (event.kind === "approval_recorded") answered[resumed.get(id) ?? "approval"]++;
    if (event.kind === "proposal_completed") ends.set(id, payloadOf(event).status);
    const run = runs.get(id);
    if (run === undefined) continue;
    if (event.action_id !== undefined) note(actionOf(run, event.action_id), event.kind, process);
    if (event.kind !== "proposal_completed") continue;
    const completed = payloadOf(event);
    run.endSeq = event.seq;
    run.status = completed.status;
    run.effectsRemain = completed.external_effects_remain;
    if (run.status === "committed") committed.push(id);
  }
  return { runs, ends, suspended, answered, committed, events: count };
}

function runOf(received: EventOf<"proposal_received">): RunEvidence {
  const { proposal, parent_run_id: parent, parent_action_id: action = "" } = payloadOf(received);
  return {
    id: received.run_id ?? "",
    caller: parent === undefined ? undefined : { run: parent, action },
    part: proposal.context?.["part"],
    proposed: proposal.actions ?? [],
    actions: new Map(),
    endSeq: undefined,
    status: undefined,
    effectsRemain: false,
  };
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
    compensations: [],
    begunBy: 0,
    isInterrupted: false,
  };
  actions.set(id, action);
  return action;
}

function note(action: ActionEvidence, kind: CarEvent["kind"], process: number): void {
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
      noteRest(action, kind, process);
  }
}

function noteRest(action: ActionEvidence, kind: CarEvent["kind"], process: number): void {
  switch (kind) {
    case "action_deduplicated":
      action.deduplicated = true;
      return;
    case "action_in_doubt":
      action.inDoubt = true;
      return;
    case "compensation_started":
      action.compensationsBegun++;
      action.begunBy = process;
      return;
    case "compensation_succeeded":
      action.compensations.push("succeeded");
      noteUndone(action, process);
      return;
    case "compensation_failed":
      action.compensations.push("failed");
      noteUndone(action, process);
      return;
    default:
  }
}

function noteUndone(action: ActionEvidence, process: number): void {
  action.isInterrupted = action.compensationsBegun > 0 && action.begunBy !== process;
}

/** A run and those that it is part of, the innermost first, as far as the log has them. */
function* lineageOf(run: RunEvidence, { runs }: Pick<Evidence, "runs">): Iterable<RunEvidence> {
  for (let each: RunEvidence | undefined = run; each !== undefined;) {
    yield each;
    each = each.caller && runs.get(each.caller.run);
  }
}

/** The runs of a lineage that were not to leave anything. */
export function undoneIn(run: RunEvidence, evidence: Pick<Evidence, "runs">): readonly RunEvidence[] {
  return [...lineageOf(run, evidence)].filter(({ status }) => status !== undefined && status !== "committed");
}
