import { collectEvents } from "@car/conformance/internal";
import type { CarEvent } from "@car/ir";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { call } from "../testing/fixtures.js";
import { OutsideWorld } from "../testing/outside-world.js";
import { reopened } from "../testing/reopened.js";

const TRIP = {
  actions: [
    call("room", "book"),
    call("pay", "charge", { dependencies: ["room"] }),
    call("n", "count", { dependencies: ["pay"] }),
  ],
};

/** The events of a trip, without its end. */
async function unfinished(): Promise<{ readonly events: readonly CarEvent[]; readonly runId: string }> {
  const durable = await reopened([]);
  const { run_id: runId } = await createRuntime({ durable, tools: new OutsideWorld().tools }).execute(TRIP);
  const events = await collectEvents(durable.eventLog);
  return { events: events.slice(0, -1), runId };
}

describe("a run that was given up", () => {
  it("[EN-60] [8.1] is undone from any prefix of its events, and nothing of it is called but compensations", async () => {
    const { events, runId } = await unfinished();
    for (let end = 2; end <= events.length; end++) {
      const durable = { ...(await reopened(events.slice(0, end))), givenUp: new Set([runId]) };
      const world = new OutsideWorld();
      const runtime = createRuntime({ durable, tools: world.tools });
      const { runs } = await runtime.recover({ unfinished: "resume", onInDoubt: () => "rerun" });
      expect(runs).toMatchObject([{ run_id: runId, handled: "rolled_back", result: { status: "rolled_back" } }]);
      expect(world.calls.filter(({ tool }) => tool !== "unbook")).toEqual([]);
      expect(runtime.state.keys()).toEqual([]);
    }
  });

  it("[EN-60] [8.1] does not draw others with it", async () => {
    const { events } = await unfinished();
    const durable = { ...(await reopened(events)), givenUp: new Set(["another"]) };
    const { runs } = await createRuntime({ durable, tools: new OutsideWorld().tools }).recover();
    expect(runs).toMatchObject([{ handled: "resumed", result: { status: "committed" } }]);
  });
});
