import { memoryStateStore } from "@car/state";
import { describe, expect, it } from "vitest";
import type { ProposalResult } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { call, testRuntime, tool } from "./testing/fixtures.js";

const BOUND_MS = 1_000;
const limits = { lock_timeout_ms: BOUND_MS };

/** Two runtimes on one store, each with its own log, on clocks that are moved together. */
function twoRuntimes(tools: readonly Tool[]) {
  const state = memoryStateStore();
  const [left, right] = [testRuntime({ state, tools, limits }), testRuntime({ state, tools, limits })];
  const advance = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 10) {
      await Promise.all([left.clock.advanceAsync(10), right.clock.advanceAsync(10)]);
    }
  };
  return { state, left, right, advance };
}

/** A call that goes on until it is told to end. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe("waiting for locks", () => {
  it("[5.1] a run gives up after the bound, with the keys named, although another runtime holds them", async () => {
    const { open, opened } = gate();
    const { left, right, advance } = twoRuntimes([tool("hold", () => opened, { reversibility: "reversible" })]);
    const holding = left.runtime.execute({ actions: [call("a", "hold", { write_set: ["k"] })] });
    const waiting = right.runtime.execute({ actions: [call("a", "hold", { write_set: ["k"], read_set: ["other"] })] });
    await advance(BOUND_MS);

    const { status, cause } = await waiting;
    expect(status).toBe("rejected");
    expect(cause).toMatchObject({ code: "lock_timeout", keys: ["k"], message: `waited ${BOUND_MS} ms for the locks` });
    expect(right.kinds).toEqual(["config_changed", "proposal_received", "proposal_rejected", "proposal_completed"]);
    open();
    expect((await holding).status).toBe("committed");
  });

  it("[5.1] [ST-20] two parents whose children want each other's keys end by the bound, and say so", async () => {
    const ends: ProposalResult[] = [];
    const { open, opened } = gate();
    const nest = tool(
      "nest",
      async ({ wants }, { execute }) => {
        // Not before both hold what they hold.
        await opened;
        const parameters = { key: wants as string, value: 1 };
        const child = await execute({ actions: [{ id: "w", type: "state_write", parameters }] });
        ends.push(child);
        if (child.status !== "committed") throw new Error(`the child was ${child.status}: ${child.cause?.code ?? ""}`);
        return null;
      },
      { reversibility: "reversible" },
    );
    const { state, left, right, advance } = twoRuntimes([nest]);
    const parents = Promise.all([
      left.runtime.execute({ actions: [call("a", "nest", { write_set: ["x"], parameters: { wants: "y" } })] }),
      right.runtime.execute({ actions: [call("a", "nest", { write_set: ["y"], parameters: { wants: "x" } })] }),
    ]);
    open();
    await advance(BOUND_MS + 100);

    // Who is told first gives way; the other may then still get what it wants.
    const undone = (await parents).filter(({ status }) => status !== "committed");
    expect(undone.length).toBeGreaterThan(0);
    for (const { status, cause } of undone) {
      expect(status).toBe("rolled_back");
      expect(cause?.message).toContain("the child was rejected: lock_timeout");
    }
    const refused = ends.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(undone.length);
    expect(refused[0]!.cause).toMatchObject({
      code: "lock_timeout",
      keys: [expect.stringMatching(/^[xy]$/) as string],
    });
    // Nothing is left locked.
    expect(state.acquire({ owner: {}, reads: [], writes: ["*"] })).not.toHaveProperty("lease");
  });

  it("[5.1] [ST-15] a writer is served though readers never stop coming", async () => {
    const { left, right, advance } = twoRuntimes([
      tool("read", (_p, { signal }) => later(left.clock, 50, signal), { reversibility: "reversible" }),
    ]);
    const reading: Promise<ProposalResult>[] = [];
    const read = (): void => {
      reading.push(left.runtime.execute({ actions: [call("r", "read", { read_set: ["k"] })] }));
    };
    read();
    const write = { id: "w", type: "state_write", parameters: { key: "k", value: 1 } } as const;
    let servedAfter: number | undefined;
    const writing = right.runtime.execute({ actions: [write] }).then((result) => {
      servedAfter = reading.length;
      return result;
    });
    // A new reader every 10 ms, each for 50 ms: there is never a moment without one.
    for (let count = 0; count < 30; count++) {
      await advance(10);
      read();
    }
    await advance(500);
    expect((await writing).status).toBe("committed");
    expect(servedAfter).toBeLessThanOrEqual(6);
    expect(new Set((await Promise.all(reading)).map(({ status }) => status))).toEqual(new Set(["committed"]));
  });

  it("[5.1] a run that is canceled while it waits leaves the queue to those behind it", async () => {
    const { open, opened } = gate();
    const { left, right, advance } = twoRuntimes([tool("hold", () => opened, { reversibility: "reversible" })]);
    const holding = left.runtime.execute({ actions: [call("a", "hold", { read_set: ["k"] })] });
    const controller = new AbortController();
    const write = { id: "w", type: "state_write", parameters: { key: "k", value: 1 } } as const;
    const writing = right.runtime.execute({ actions: [write] }, { signal: controller.signal });
    const read = { id: "r", type: "state_read", parameters: { key: "k" } } as const;
    const behind = left.runtime.execute({ actions: [read] });
    controller.abort();
    await advance(10);
    expect((await writing).status).toBe("canceled");
    expect((await behind).status).toBe("committed");
    open();
    await holding;
  });
});

/** Resolves when the clock has moved on. */
function later(clock: ReturnType<typeof testRuntime>["clock"], ms: number, signal: AbortSignal): Promise<null> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(() => resolve(null), ms);
    signal.addEventListener("abort", () => {
      timer.cancel();
      reject(new Error("aborted"));
    });
  });
}
