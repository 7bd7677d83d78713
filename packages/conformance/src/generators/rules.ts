import fc from "fast-check";
import type { Quoted, ScriptedRule } from "../model/world.js";
import { toolName, UNDO_TOOL } from "./tools.js";
import { anyKey, anyValue, weighted } from "./values.js";

const anyQuoted: fc.Arbitrary<Quoted | undefined> = fc
  .tuple(
    weighted([6, undefined], [2, "attempt" as const], [2, "time" as const], [3, "state" as const]),
    weighted([3, 64], [1, 8], [1, 0.5]),
    anyKey,
  )
  .map(([what, stepMs, key]) => {
    if (what === "time") return { what, stepMs };
    if (what === "state") return { what, key };
    return what === undefined ? undefined : { what };
  });

/** A rule about one tool of a case. */
export const anyRule: fc.Arbitrary<ScriptedRule> = fc
  .record({
    effect: weighted([4, "require_approval" as const], [3, "require_state" as const], [1, "deny" as const]),
    tool: weighted([3, 0], [3, 1], [3, 2], [3, 3], [2, -1]),
    key: anyKey,
    value: anyValue,
    trustsModel: fc.boolean(),
    quotes: anyQuoted,
  })
  .map(({ effect, tool: number, key, value, trustsModel, quotes }): ScriptedRule => {
    const tool = number < 0 ? UNDO_TOOL : toolName(number);
    if (effect === "deny") return { effect, tool };
    if (effect === "require_approval") return { effect, tool, ...(quotes === undefined ? {} : { quotes }) };
    return { effect, tool, key, value, ...(trustsModel ? { trust: "model" as const } : {}) };
  });
