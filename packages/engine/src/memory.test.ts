import type { ActionProposal, ProposalResult } from "@car/ir";
import type { Memory, MemoryLesson } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { call, testRuntime, tool } from "./testing/fixtures.js";

/** A memory that only notes what it is told. */
function listener(): { readonly memory: Memory; readonly told: [ProposalResult, ActionProposal | undefined][] } {
  const told: [ProposalResult, ActionProposal | undefined][] = [];
  const memory = {
    recordOutcome: (result: ProposalResult, proposal?: ActionProposal) => void told.push([result, proposal]),
  };
  return { memory: memory as unknown as Memory, told };
}

describe("a runtime with a memory", () => {
  it("[EN-17] tells it of each finished run, with the proposal, after `execute` has answered", async () => {
    const { memory, told } = listener();
    const { runtime } = testRuntime({ memory, tools: [tool("ok", () => 1)] });
    const result = await runtime.execute({ id: "p1", actions: [call("a", "ok")] });
    expect(told).toEqual([[result, expect.objectContaining({ id: "p1" })]]);
    await runtime.execute("no proposal");
    expect(told[1]).toEqual([expect.objectContaining({ status: "rejected" }), undefined]);
  });

  it("[EN-17] `idle` settles when it was told of every run and is idle itself, whatever it throws", async () => {
    const seen: string[] = [];
    let fails = false;
    const memory = {
      recordOutcome: async () => {
        await Promise.resolve();
        seen.push("told");
      },
      idle: async () => {
        seen.push("idle");
        if (fails) throw new Error("full");
      },
    } as unknown as Memory;
    const { runtime } = testRuntime({ memory, tools: [tool("ok", () => 1)] });
    await Promise.all([
      runtime.execute({ actions: [call("a", "ok")] }),
      runtime.execute({ actions: [call("a", "ok")] }),
    ]);
    await runtime.idle();
    expect(seen).toEqual(["told", "told", "idle"]);
    fails = true;
    await runtime.idle();
    await testRuntime({ tools: [] }).runtime.idle();
  });

  it("[EN-17] [7.1] has in its log what the memory learns", async () => {
    const listeners: ((lesson: MemoryLesson) => void)[] = [];
    const memory = {
      recordOutcome: () => undefined,
      onLesson: (each: (lesson: MemoryLesson) => void) => (listeners.push(each), () => undefined),
    } as unknown as Memory;
    const { kinds } = testRuntime({ memory });
    listeners[0]!({ kind: "skill_deprecated", data: { skill_id: "s" } });
    expect(kinds).toEqual(["skill_deprecated"]);
  });

  it("[EN-17] goes on when it throws", async () => {
    const memory = { recordOutcome: () => Promise.reject(new Error("full")) } as unknown as Memory;
    const { runtime } = testRuntime({ memory, tools: [tool("ok", () => 1)] });
    expect((await runtime.execute({ actions: [call("a", "ok")] })).status).toBe("committed");
  });
});
