import { collectEvents } from "@car/conformance/internal";
import { expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { call, tool } from "../testing/fixtures.js";
import { reopened } from "../testing/reopened.js";

it("[EN-123] [EN-53] [5.2] what a finished run's failed call had started is undone with the run's own caller, also after a crash", async () => {
  const undone: unknown[] = [];
  const reversible = { reversibility: "reversible" } as const;
  const tools = [
    tool("make", () => 1, { reversibility: "compensable", compensation: { tool: "unmake", parameters: {} } }),
    tool("unmake", () => void undone.push("unmake"), reversible),
    tool(
      "inner",
      async (_, { execute }) => {
        await execute({ actions: [call("m", "make")] });
        throw new Error("no");
      },
      reversible,
    ),
    tool(
      "outer",
      async (_, { execute }) => (await execute({ actions: [call("i", "inner", { failure_behavior: "skip" })] })).status,
      reversible,
    ),
    tool("hang", () => new Promise(() => undefined), reversible),
  ];
  const durable = await reopened([]);
  const before = createRuntime({ durable, tools });
  void before.execute({ actions: [call("o", "outer"), call("h", "hang", { dependencies: ["o"] })] });
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));

  const runtime = createRuntime({ durable: await reopened(await collectEvents(durable.eventLog)), tools });
  const { runs } = await runtime.recover({ unfinished: "rollback" });
  expect(runs.map(({ result }) => [result.status, result.external_effects])).toEqual([["rolled_back", "none"]]);
  expect(undone).toEqual(["unmake"]);
});
