import { describe, expect, it } from "vitest";
import { call, verifyActions } from "./testing/plans.js";

const compensable = { reversibility: "compensable", compensation: { tool: "undo", parameters: { id: 1 } } } as const;
const tools = [
  { name: "t", reversibility: "reversible" },
  { name: "undo", reversibility: "reversible" },
  { name: "send" },
  { name: "write", ...compensable, before: { tool: "t", verify: true } },
  { name: "book", ...compensable },
] as const;

describe("what could be undone", () => {
  it("[VA-54] [9] is told of each call that leaves something, with the tools that it takes", async () => {
    const { valid, undo } = await verifyActions(
      [
        call("free"),
        call("w", { tool: "write" }),
        call("b", { tool: "book" }),
        call("m", { tool: "send", compensation: { type: "tool", tool: "undo", parameters: {} } }),
        call("r", { tool: "send", compensation: { type: "action_ref", action_id: "standby" } }),
        call("standby", { tool: "undo" }),
        call("s", { tool: "send", failure_behavior: "skip" }),
        call("stricter", { reversibility: "irreversible" }),
      ],
      { tools },
    );
    expect(valid).toBe(true);
    expect(undo).toEqual([
      { action_id: "w", tool: "write", how: "image", by: "undo", reader: "t", verified: true },
      { action_id: "b", tool: "book", how: "compensation", by: "undo" },
      { action_id: "m", tool: "send", how: "proposed", by: "undo" },
      { action_id: "r", tool: "send", how: "proposed", by: "undo" },
      { action_id: "s", tool: "send", how: "never" },
      { action_id: "stricter", tool: "t", how: "never" },
    ]);
  });

  it("[VA-54] [5.9] finds a reader that is not there, that leaves something, or that goes in a circle", async () => {
    const before = (tool: string) => [{ name: "w", ...compensable, before: { tool } }, { name: "send" }];
    for (const [tool, code] of [
      ["none", "unknown_tool"],
      ["send", "invalid"],
      ["w", "invalid"],
    ] as const) {
      const { issues } = await verifyActions([call("a", { tool: "w" })], { tools: before(tool) });
      expect(issues[0]).toMatchObject({ severity: "error", code, action_id: "a" });
      expect(issues[0]?.message).toMatch(/^before-image: /);
    }
    const optional = [{ ...before("none")[0]!, before_required: false }];
    expect((await verifyActions([call("a", { tool: "w" })], { tools: optional })).valid).toBe(true);
  });
});
