import type { ApprovalStore } from "@car/ir/ports";
import { type ApprovalEntry, ApprovalLedger } from "./approval-ledger.js";

/** Requests and answers in this process's memory: gone with it, as the runs are that wait for them. */
export function memoryApprovalStore(): ApprovalStore {
  const ledger = new ApprovalLedger();
  const apply = (entry: ApprovalEntry | undefined): void => {
    if (entry !== undefined) ledger.apply(entry);
  };
  return {
    supports: { durable: false },
    request: (request) => apply(ledger.requesting(request)),
    take(query) {
      const { lookup, entry } = ledger.taking(query);
      apply(entry);
      return lookup;
    },
    async decide(id, decision, now) {
      const entry = ledger.deciding(id, decision, now);
      ledger.apply(entry);
      return ledger.requestOf(id);
    },
    grant: async (grant) => ledger.apply({ op: "grant", grant }),
    pending: async (now) => ledger.pending(now),
  };
}
