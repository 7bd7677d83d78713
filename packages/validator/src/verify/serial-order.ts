import { IndexHeap, mayAbort } from "@car/ir/internal";
import type { Batch } from "./batch-issues.js";
import { abortingDescendants, isIrreversible } from "./reversibility.js";
import type { VerifyContext } from "./verify-options.js";

/**
 * The order in which a run would start the actions if each ended before the next one: what can be undone first, then
 * irreversible actions that others which may abort wait for, then irreversible ones that may abort, then the rest;
 * ties by position. Actions that only compensate are left out.
 */
export function serialOrder(context: VerifyContext, batch: Batch): readonly number[] {
  const { graph } = batch;
  const rank = ranksOf(context, batch);
  const waiting = graph.indegree.slice();
  const ready = [new IndexHeap(), new IndexHeap(), new IndexHeap(), new IndexHeap()];
  for (let index = 0; index < graph.size; index++) {
    if (waiting[index] === 0 && !graph.unscheduled.has(index)) ready[rank[index]!]!.push(index);
  }
  const order: number[] = [];
  for (let next = ready.find(notEmpty); next !== undefined; next = ready.find(notEmpty)) {
    const index = next.pop();
    order.push(index);
    for (let edge = graph.offsets[index]!; edge < graph.offsets[index + 1]!; edge++) {
      const target = graph.targets[edge]!;
      if (--waiting[target]! === 0) ready[rank[target]!]!.push(target);
    }
  }
  return order;
}

const ORDINARY = 0;
const LEADS_TO_ABORT = 1;
const MAY_ABORT = 2;
const REST = 3;

function ranksOf(context: VerifyContext, batch: Batch): readonly number[] {
  const { actions } = batch.proposal;
  if (context.schedule === "eager" || !actions.some(mayAbort)) return actions.map(() => ORDINARY);
  const later = abortingDescendants(batch);
  return actions.map((action, index) => {
    if (!isIrreversible(context, action)) return ORDINARY;
    if (later[index] !== undefined) return LEADS_TO_ABORT;
    return mayAbort(action) ? MAY_ABORT : REST;
  });
}

function notEmpty({ size }: IndexHeap): boolean {
  return size > 0;
}
