import type { StateEntry } from "@car/ir";
import type { StateView } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { AbstractState } from "./abstract-state.js";
import { call, verifyActions, write } from "./testing/plans.js";

const UNKNOWN = { known: false, value: undefined, claimed: false };
const sure = (value: unknown) => ({ known: true, value, claimed: false });

describe("AbstractState", () => {
  it("[VA-36] [4.9] keeps the trusted value beside the newest one", () => {
    const entries: Readonly<Record<string, StateEntry>> = {
      k: { value: 2, origin: "model", version: 1, trusted: { value: null, origin: "host" } },
      gone: { value: undefined, origin: "model", version: 1, trusted: { value: 1, origin: "tool" } },
    };
    const view: StateView = { version: 1, entry: (key) => entries[key], get: () => undefined, keys: () => [] };
    const state = new AbstractState(view);
    expect([state.get("k"), state.trusted("k")]).toEqual([sure(2), sure(null)]);
    expect([state.get("gone"), state.trusted("gone")]).toEqual([sure(undefined), sure(1)]);
    state.write("k", 3, { claimed: true });
    expect([state.get("k"), state.trusted("k")]).toEqual([{ ...sure(3), claimed: true }, sure(null)]);
  });

  it("[VA-36] forgets newest values, and loses trusted ones, under a prefix and behind it", () => {
    const state = new AbstractState({ "a/1": 1, "a/2": 2, b: 3 });
    state.write("a/1", 5, { claimed: false });
    state.forget("a/*");
    expect([state.get("a/1"), state.get("a/2"), state.get("b")]).toEqual([UNKNOWN, UNKNOWN, sure(3)]);
    expect(state.trusted("a/1")).toEqual(sure(1));
    state.lose("a/*");
    state.write("a/2", 7, { claimed: false });
    expect([state.trusted("a/1"), state.trusted("a/2"), state.get("a/2")]).toEqual([UNKNOWN, UNKNOWN, sure(7)]);
    expect(state.touched()).toEqual(["a/1", "a/2", "a/*"]);
  });

  it("[VA-36] takes names such as __proto__ for keys like any other", async () => {
    const state = new AbstractState({});
    expect([state.get("__proto__"), state.get("toString"), state.version("constructor")]).toEqual([
      sure(undefined),
      sure(undefined),
      0,
    ]);
    const { simulated_state } = await verifyActions([write("a", "__proto__", 1)]);
    expect(Object.entries(simulated_state)).toEqual([
      ["__proto__", { known: true, value: 1, present: true, claimed: false }],
    ]);
  });
});

describe("the simulated state", () => {
  it("[VA-36] [4.9] tells what is known, claimed and unknown; the tool's word is worth more than a claim", async () => {
    const { simulated_state } = await verifyActions([
      write("a", "k", 1),
      call("b", { expected_effects: { claimed: 2 }, write_set: ["declared"] }),
      call("c", { tool: "load", expected_effects: { x: 3, "box/1": 4 } }),
    ]);
    expect(simulated_state).toEqual({
      k: { known: true, value: 1, present: true, claimed: false },
      declared: { known: false },
      claimed: { known: true, value: 2, present: true, claimed: true },
      x: { known: false },
      "box/*": { known: false },
    });
  });
});
