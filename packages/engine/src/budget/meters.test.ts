import { Budget } from "@car/ir";
import { parseConfig } from "@car/ir/internal";
import { describe, expect, it } from "vitest";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { BudgetMeters } from "./meters.js";

const SESSION = parseConfig(Budget, { max_tool_calls: 1, scope: "session" }, "budget");

describe("session budgets", () => {
  it("[EN-14] [5.7] are remembered for so many idle principals, the one used longest ago is forgotten first", () => {
    const meters = new BudgetMeters(2);
    const use = (principal: string) => {
      const meter = meters.meterFor(principal, SESSION);
      meters.leave(principal);
      return meter;
    };
    const [ann, bob] = [use("ann"), use("bob")];
    expect(use("ann")).toBe(ann);
    use("cy");
    expect(use("ann")).toBe(ann);
    expect(use("bob")).not.toBe(bob);
  });

  it("[EN-14] [5.7] of principals with an open run are never dropped", () => {
    const meters = new BudgetMeters(1);
    const ann = meters.meterFor("ann", SESSION);
    for (const other of ["bob", "cy", "dan"]) {
      meters.meterFor(other, SESSION);
      meters.leave(other);
    }
    expect(meters.meterFor("ann", SESSION)).toBe(ann);
    meters.leave("ann");
    for (const other of ["bob", "cy"]) meters.meterFor(other, SESSION);
    expect(meters.meterFor("ann", SESSION)).toBe(ann);
  });

  it("[EN-14] [5.7] end being busy with the run, however it ends", async () => {
    const { runtime } = testRuntime({
      tools: [tool("ok", () => 1)],
      budget: { max_tool_calls: 1, scope: "session" },
      limits: { max_session_budgets: 1 },
    });
    const status = async (principal: string) =>
      (await runtime.execute({ actions: [call("a", "ok")] }, { principal })).status;
    expect([await status("ann"), await status("ann"), await status("bob"), await status("ann")]).toEqual([
      "committed",
      "rolled_back",
      "committed",
      "committed",
    ]);
  });
});
