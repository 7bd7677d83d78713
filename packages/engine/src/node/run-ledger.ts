import type { ActionSucceededData, CarEvent, EventKind, ProposalCompletedData, StateChangedData } from "@car/ir";
import { epochMsOf } from "@car/ir/internal";
import type { EventDraft } from "@car/ir/ports";
import type { StoredReceipt } from "../recovery/durable-parts.js";

/** An event, as a draft or read back; `run` tells runs apart and `id` names one. */
interface Entry {
  readonly kind: EventKind;
  readonly seq: number;
  readonly run: object | string;
  readonly id: () => { readonly runId: string; readonly actionId: string };
  readonly data: unknown;
  readonly time: number;
}

/** Follows a log: which runs are open, and which receipts count. Costs nothing for most events. */
export class RunLedger {
  private readonly open = new Map<object | string, number>();
  private readonly pending = new Map<object | string, StoredReceipt[]>();
  private readonly kept = new Map<string, StoredReceipt>();
  private readonly maxReceipts: number;
  /** The last `state_changed`: a success comes right after the changes that belong to it. */
  private last: Entry | undefined = undefined;
  /** Open runs that an earlier process began: they are known by their ids, and go on under them. */
  private inherited = 0;

  constructor(maxReceipts: number, receipts: readonly StoredReceipt[] = []) {
    this.maxReceipts = maxReceipts;
    for (const receipt of receipts) this.keep(receipt);
  }

  /** Sequence of the first event of the oldest open run. */
  get openFrom(): number | undefined {
    for (const seq of this.open.values()) return seq;
    return undefined;
  }

  /** Runs that have begun and not ended. */
  get openRuns(): number {
    return this.open.size;
  }

  /** Whether a run that was read has begun and not ended. */
  isOpen(runId: string): boolean {
    return this.open.has(runId);
  }

  /** Receipts that other runs may use, the least recently made first. */
  receipts(): readonly StoredReceipt[] {
    return [...this.kept.values()];
  }

  /** Follows an event that is being appended as number `seq`. */
  appended({ kind, scope, action, data, time }: EventDraft, seq: number): void {
    if (scope === undefined || !FOLLOWED.has(kind)) return;
    const id = (): ReturnType<Entry["id"]> => ({ runId: scope.run_id, actionId: scope.action_ids[action] ?? "" });
    // Asking for an id makes it, so that is done only while it may matter.
    const run = this.inherited > 0 && this.open.has(scope.run_id) ? scope.run_id : scope;
    this.take({ kind, seq, run, id, data, time });
  }

  /** Follows an event that was read. Receipts of one that is not `isNew` are known already. */
  read({ kind, seq, run_id: runId, action_id: actionId = "", data, timestamp }: CarEvent, isNew: boolean): void {
    if (runId === undefined || !FOLLOWED.has(kind)) return;
    if (!isNew && kind === "proposal_completed") return this.forget(runId);
    this.take({ kind, seq, run: runId, id: () => ({ runId, actionId }), data, time: epochMsOf(timestamp) });
  }

  private forget(run: object | string): void {
    if (this.open.delete(run) && typeof run === "string") this.inherited--;
    this.pending.delete(run);
  }

  private take(entry: Entry): void {
    switch (entry.kind) {
      case "compensation_succeeded":
        return this.undone(entry);
      case "proposal_received":
        this.open.set(entry.run, entry.seq);
        if (typeof entry.run === "string") this.inherited++;
        return;
      case "state_changed":
        this.last = entry;
        return;
      case "action_succeeded":
        return this.succeed(entry);
      default:
        return this.complete(entry);
    }
  }

  private succeed({ run, id, data, time }: Entry): void {
    const { receipt, output, labels } = data as ActionSucceededData;
    const { last } = this;
    this.last = undefined;
    if (receipt === undefined) return;
    const isOwn = last?.run === run && last.id().actionId === id().actionId;
    const changes = isOwn ? (last.data as StateChangedData).changes : [];
    const writes = changes
      .filter(({ origin }) => origin === "tool")
      .map(({ key, value, origin }) => ({ key, write: { value, origin } }));
    const stored = { key: receipt.key, answer: { output, writes, ...(labels && { labels }), ...id() }, storedAt: time };
    if (receipt.lasting) return this.keep(stored);
    const others = this.pending.get(run);
    if (others === undefined) this.pending.set(run, [stored]);
    else others.push(stored);
  }

  private complete({ run, data }: Entry): void {
    const receipts = this.pending.get(run);
    this.forget(run);
    if (receipts === undefined) return;
    if ((data as ProposalCompletedData).status === "committed") for (const receipt of receipts) this.keep(receipt);
  }

  /** What was undone answers for nothing any more. */
  private undone({ id }: Entry): void {
    if (this.kept.size === 0) return;
    const { runId, actionId } = id();
    for (const [key, { answer }] of this.kept) {
      if (answer.runId === runId && answer.actionId === actionId) this.kept.delete(key);
    }
  }

  private keep(receipt: StoredReceipt): void {
    this.kept.delete(receipt.key);
    this.kept.set(receipt.key, receipt);
    if (this.kept.size <= this.maxReceipts) return;
    for (const oldest of this.kept.keys()) {
      this.kept.delete(oldest);
      return;
    }
  }
}

const FOLLOWED: ReadonlySet<EventKind> = new Set<EventKind>([
  "proposal_received",
  "state_changed",
  "action_succeeded",
  "proposal_completed",
  "compensation_succeeded",
]);
