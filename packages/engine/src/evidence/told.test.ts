import { inspect } from "node:util";
import { canonicalJson, type JsonValue, type LiveEvent, parseProposal } from "@car/ir";
import type { EventDraft, EventLog, ToolContext } from "@car/ir/ports";
import { collectEvents } from "@car/conformance/internal";
import { memoryEventLog } from "@car/eventlog";
import { denyToolParam, rulePolicy } from "@car/policy";
import { memoryStateStore } from "@car/state";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { call, tool } from "../testing/fixtures.js";

const TOOLS = [
  tool("one", () => 1),
  tool("person", () => ({ to: "ann" })),
  tool("echo", (parameters) => parameters),
  tool("fail", () => Promise.reject(new Error("no"))),
];

/** Writes over everything that can be reached from a value, as far as it lets itself be. */
function spoil(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const name of Object.keys(value)) spoil((value as Record<string, unknown>)[name]);
  for (const name of Object.keys(value)) Reflect.set(value, name, "spoiled");
  if (Array.isArray(value)) Reflect.set(value, "length", 0);
}

const PLAN = {
  id: "plan",
  timestamp: "2026-01-01T00:00:00.000Z",
  actions: [
    call("one", "one", { expected_effects: { k: 1 } }),
    call("who", "person"),
    call("denied", "echo", { parameters: { n: "$one.output" }, failure_behavior: "skip" }),
    call("copy", "echo", { parameters: { to: "$who.output.to" } }),
    call("broken", "fail", { failure_behavior: "skip" }),
  ],
};

async function outcomeOf(subscriber?: (event: LiveEvent) => void) {
  const store = memoryStateStore();
  const policy = rulePolicy([denyToolParam({ tool: "echo", param: "n", equals: 1 })]);
  const runtime = createRuntime({ tools: TOOLS, policy, state: store });
  if (subscriber !== undefined) runtime.subscribe(subscriber);
  const { results, status } = await runtime.execute(PLAN);
  const events = await collectEvents(runtime.eventLog);
  const k = runtime.state.get("k");
  await runtime.close();
  const told = results.map(({ action_id, status: ended, output, error }) => ({ action_id, ended, output, error }));
  return { status, told, k, data: events.slice(1).map(({ kind, data }) => [kind, JSON.stringify(data, withoutTimes)]) };
}

const withoutTimes = (name: string, value: unknown): unknown =>
  name.endsWith("_ms") || name === "policy_version" ? undefined : value;

describe("who is told of an event", () => {
  it("[EN-139] [7.1] changes nothing by writing over it: no decision, no output, no evidence", async () => {
    const undisturbed = await outcomeOf();
    expect(undisturbed).toMatchObject({ status: "committed", k: 1 });
    expect(await outcomeOf(({ data }) => spoil(data))).toEqual(undisturbed);
  });

  it("[EN-139] [7.1] nor by writing over a result: neither the log nor the next run", async () => {
    const store = memoryStateStore({ k: 0 });
    const writing = { ...tool("write", () => 1), schema: { name: "write", effects: ["k"] } };
    const runtime = createRuntime({ tools: [writing], state: store, limits: { lock_timeout_ms: 5 } });
    const other = store.acquire({ owner: {}, reads: [], writes: ["k"] });
    const proposal = parseProposal({ actions: [call("w", "write")] });
    const refused = await runtime.execute(proposal);
    const { hash } = await runtime.eventLog.head();
    spoil(refused);
    const again = await runtime.execute(proposal);
    expect(again).toMatchObject({ status: "rejected", reasons: [{ code: "lock_timeout", keys: ["k"] }] });
    const events = await collectEvents(runtime.eventLog);
    expect(events.map((event) => event.hash)).toContain(hash);
    if (!("lease" in other)) other.release();
    await runtime.close();
  });

  it("[EN-139] [EL-2] any log gets plain JSON, in a draft that may be copied", async () => {
    const kept: EventDraft[] = [];
    const log: EventLog = memoryEventLog();
    const runtime = createRuntime({
      tools: TOOLS,
      eventLog: {
        ...{ supports: log.supports, flush: () => undefined, read: (options) => log.read(options) },
        ...{ head: () => log.head(), close: () => log.close() },
        append(draft) {
          kept.push({ ...draft });
          return log.append(draft);
        },
      },
    });
    await runtime.execute(PLAN);
    const events = await collectEvents(log);
    expect(kept.map(({ data = {} }) => canonicalJson(data as JsonValue))).toEqual(
      events.map(({ data }) => canonicalJson(data as JsonValue)),
    );
    await runtime.close();
  });
});

it("[EN-139] whoever prints or copies the context of a call gets nothing of the engine", async () => {
  let context: ToolContext | undefined;
  const keeping = tool("keep", (_, given) => ((context = given), 1));
  const runtime = createRuntime({ tools: [keeping], secrets: { token: "hush" } });
  await runtime.execute({ actions: [call("a", "keep")] });
  expect({ ...context }).toEqual({});
  expect(JSON.stringify(context)).toBe("{}");
  expect(inspect(context, { depth: 9 })).not.toContain("hush");
  expect(context?.actionId).toBe("a");
  await runtime.close();
});
