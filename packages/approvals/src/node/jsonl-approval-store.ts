import { assertKnownOptions } from "@car/ir/internal";
import type { ApprovalStore } from "@car/ir/ports";
import { ApprovalFile } from "./approval-file.js";

/** Where requests and answers are kept. */
export interface JsonlApprovalStoreOptions {
  /** The file; made, for its owner only, when it does not exist, and its folder too. Beside it lies its end, in a file with `.head` after its name. */
  readonly path: string;
}

/**
 * Requests and answers in a file of lines. Each call reads what other processes have added, so that one process may run
 * proposals and another one answer; what is added is on the disk before the call ends. Who writes one line at the same
 * moment as another is served in the order of the file.
 *
 * The lines are chained: one that is changed, taken out or repeated makes the file unreadable, also at the end, as far as
 * the file beside it tells.
 * @throws `StoreWriteError` when the file cannot be opened or written, `StoreCorruptError` naming the line that is not as
 * it was written.
 */
export function jsonlApprovalStore(options: JsonlApprovalStoreOptions): ApprovalStore {
  assertKnownOptions(options, ["path"], "jsonlApprovalStore");
  const { path } = options;
  const file = new ApprovalFile(path);
  const { ledger } = file;
  file.read();
  return {
    supports: { durable: true },
    request(request) {
      file.read();
      file.add(ledger.requesting(request));
    },
    take(query) {
      file.read();
      const { lookup, entry } = ledger.taking(query);
      if (entry === undefined) return lookup;
      file.add(entry);
      // Another process may have been faster: then what is free no more is not given.
      return ledger.taking(query).lookup;
    },
    async decide(id, decision, now) {
      file.read();
      const entry = ledger.deciding(id, decision, now);
      file.add(entry);
      // Another process may have been faster.
      ledger.assertDecided(entry);
      return ledger.requestOf(id);
    },
    async grant(grant) {
      file.read();
      file.add({ op: "grant", grant });
    },
    async pending(now) {
      file.read();
      return ledger.pending(now);
    },
  };
}
