import type { EventLog } from "@car/ir/ports";
import type { TestRunner } from "../test-runner.js";
import { testLogAppend } from "./test-event-log-append.js";
import { testLogChain } from "./test-event-log-chain.js";
import { testLogLife } from "./test-event-log-life.js";
import { testLogRead } from "./test-event-log-read.js";

/** How a suite gets logs. */
export interface EventLogFactory {
  /** A fresh, empty log. */
  readonly create: () => EventLog | Promise<EventLog>;
  /** Opens again what a closed log kept; needed when `supports.durable`. */
  readonly reopen?: (closed: EventLog) => EventLog | Promise<EventLog>;
}

/** Registers a test for every rule of the event log port: EL-1 to EL-8 of `packages/eventlog/SPEC.md`. */
export function testEventLog(runner: TestRunner, factory: EventLogFactory | EventLogFactory["create"]): void {
  const logs = typeof factory === "function" ? { create: factory } : factory;
  runner.describe("EventLog", () => {
    testLogAppend(runner, logs);
    testLogRead(runner, logs);
    testLogChain(runner, logs);
    testLogLife(runner, logs);
  });
}
