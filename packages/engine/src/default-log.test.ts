import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { MemoryEventLog } from "@car/eventlog";
import { expect, it } from "vitest";
import { createRuntime } from "./create-runtime.js";
import { call, tool } from "./testing/fixtures.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function liveBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

it("[EL-15] [7.4] a runtime that was given no log holds a bounded amount of memory, however much its runs put out", async () => {
  const before = liveBytes();
  const large = tool("large", ({ i }) => `${Number(i)}${"x".repeat(2_000_000)}`);
  const runtime = createRuntime({ tools: [large] });
  for (let i = 0; i < 100; i++) {
    const { status } = await runtime.execute({ actions: [call("a", "large", { parameters: { i } })] });
    expect(status).toBe("committed");
  }
  expect(liveBytes() - before).toBeLessThan(80_000_000);
  expect((runtime.eventLog as MemoryEventLog).kept().from).toBeGreaterThan(300);
});
