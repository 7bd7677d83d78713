import { countingIds } from "@car/conformance";
import { collectEvents } from "@car/conformance/internal";
import { describe, expect, it } from "vitest";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { diffLogs } from "./diff-logs.js";

async function logOf(price: number, proposals: readonly object[], seed = 0) {
  const tools = [tool("t", () => ({ price }), { reversibility: "reversible" })];
  const { runtime } = testRuntime({ tools, ids: countingIds(seed) });
  for (const proposal of proposals) await runtime.execute(proposal);
  return collectEvents(runtime.eventLog);
}

const ONE = {
  actions: [
    call("a", "t"),
    { id: "s", type: "state_write", parameters: { key: "k", value: "${a.output.price}" }, dependencies: ["a"] },
  ],
};
const TWO = { actions: [call("b", "t")] };

describe("diffLogs", () => {
  it("[RP-8] finds nothing between two logs of the same work, whatever ids and times they have", async () => {
    const [left, right] = [await logOf(1, [ONE, TWO]), await logOf(1, [TWO, ONE], 1000)];
    expect(await diffLogs(left, right)).toEqual({ equal: true, pairs: 2, differences: [] });
  });

  it("[RP-8] names the action and the place of what differs, action by action", async () => {
    const { differences } = await diffLogs(await logOf(1, [ONE]), await logOf(2, [ONE]));
    expect(differences.map(({ action_id, field, left, right }) => [action_id, field, left, right])).toEqual([
      ["a", "output.price", 1, 2],
      ["s", "changes[0].value", "1", "2"],
    ]);
  });

  it("[RP-8] names runs that only one log has, and holds the second run of a proposal against the second", async () => {
    const { differences, pairs } = await diffLogs(await logOf(1, [ONE, ONE]), await logOf(1, [ONE, TWO]));
    expect(pairs).toBe(1);
    expect(differences.map(({ field, left, right }) => [field, left, right])).toEqual([
      ["run", "committed", undefined],
      ["run", undefined, "committed"],
    ]);
  });

  it("[RP-4] stops at an erased payload", async () => {
    const events = (await logOf(1, [ONE])).map((event) => ({ ...event, data: {}, data_digest: "0" }));
    await expect(diffLogs(events, events)).rejects.toMatchObject({ code: "CAR_LOG_PAYLOAD_ERASED" });
  });
});
