import type { EventLog } from "@car/ir/ports";

import { UsageError } from "../usage-error.js";
import { logEvents } from "./log-path.js";

/** A log that is only looked at: nothing is repaired, made or locked, whoever else may be writing to it. */
export function readOnlyLog(path: string): EventLog {
  return {
    supports: { durable: false },
    append: () => {
      throw new UsageError(`${path}: the log is only read`);
    },
    flush: () => undefined,
    async *read({ from = 1 } = {}) {
      for await (const event of logEvents(path)) if (event.seq >= from) yield event;
    },
    async head() {
      let head = { seq: 0, hash: "0".repeat(64) };
      for await (const { seq, hash } of logEvents(path)) head = { seq, hash };
      return head;
    },
    close: () => Promise.resolve(),
  };
}
