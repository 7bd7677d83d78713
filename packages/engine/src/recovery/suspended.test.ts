import { collectEvents } from "@car/conformance/internal";
import { memoryApprovalStore } from "@car/approvals";
import { requireApproval, rulePolicy } from "@car/policy";
import { expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, tool } from "../testing/fixtures.js";
import { OutsideWorld } from "../testing/outside-world.js";
import { reopened } from "../testing/reopened.js";

it("[EN-95] [EN-92] [5.1] whoever held a key when the process ended has it before a run that was suspended", async () => {
  const approvals = memoryApprovalStore();
  const options: RuntimeOptions = { approvals, policy: rulePolicy([requireApproval({ tool: "charge" })]) };
  const hang = tool("hang", () => new Promise(() => undefined), { reversibility: "reversible" });
  const durable = await reopened([]);
  const before = createRuntime({ ...options, durable, tools: [...new OutsideWorld().tools, hang] });
  const count = call("n", "count");
  const waiting = await before.execute({ actions: [count, call("pay", "charge", { dependencies: ["n"] })] });
  void before.execute({ actions: [count, call("hang", "hang", { dependencies: ["n"] })] });
  await new Promise((resolve) => setImmediate(resolve));
  const [request] = await before.approvals.pending();
  await before.approvals.decide(request!.id, { approved: true });

  const world = new OutsideWorld();
  const again = await reopened(await collectEvents(durable.eventLog));
  const runtime = createRuntime({
    ...options,
    durable: again,
    tools: [...world.tools, tool("hang", () => 1, hang.schema)],
  });
  const { runs } = await runtime.recover();
  const ends = new Map(runs.map(({ run_id, result }) => [run_id === waiting.run_id, result]));
  expect(ends.get(false)).toMatchObject({ status: "committed" });
  expect(ends.get(true)).toMatchObject({ status: "rolled_back", cause: { code: "conflict", keys: ["count"] } });
  expect([runtime.state.get("count"), world.calls.map(({ tool: name }) => name)]).toEqual([1, []]);
});
