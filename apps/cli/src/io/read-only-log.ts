import type { EventLog } from "@car/ir/ports";
import { readLog } from "@car/eventlog/node";
import { UsageError } from "../usage-error.js";

/** A log that is only looked at: nothing is repaired, made or locked, whoever else may be writing to it. */
export function readOnlyLog(path: string): EventLog {
  return {
    supports: { durable: false },
    append: () => {
      throw new UsageError(`${path}: the log is only read`);
    },
    flush: () => undefined,
    async *read({ from = 1 } = {}) {
      for await (const event of readLog(path)) if (event.seq >= from) yield event;
    },
    async head() {
      let head = { seq: 0, hash: "0".repeat(64) };
      for await (const { seq, hash } of readLog(path)) head = { seq, hash };
      return head;
    },
    close: () => Promise.resolve(),
  };
}
