import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigInvalidError } from "../errors/plain-errors.js";
import { anyJson, LAW } from "../testing/arbitrary-json.js";
import { Budget } from "./budget.js";
import { Capabilities } from "./capabilities.js";
import { DEFAULT_LIMITS, Limits } from "./limits.js";
import { parseConfig } from "./parse-config.js";

describe("parseConfig", () => {
  it("[IR-24] fills defaults and freezes", () => {
    const limits = parseConfig(Limits, { max_retries: 0 }, "limits");
    expect(limits).toEqual({ ...DEFAULT_LIMITS, max_retries: 0 });
    expect(Object.isFrozen(limits)).toBe(true);
    expect(parseConfig(Budget, { counters: { usd: 0.5 } }, "budget")).toEqual({
      counters: { usd: 0.5 },
      scope: "call",
    });
  });

  it("[IR-24] keeps an empty list apart from an absent one", () => {
    expect(parseConfig(Capabilities, { allowed_tools: [] }, "capabilities")).toEqual({ allowed_tools: [] });
  });

  it.each([
    [
      Limits,
      { max_action: 5, lock_timeout_ms: -1 },
      "limits",
      "`limits` is invalid: max_action: unknown field, did you mean `max_actions`?; lock_timeout_ms: expected a number of more than 0",
    ],
    [Limits, { max_depth: 1_000 }, "limits", "`limits` is invalid: max_depth: expected a number of at most 256"],
    [
      Budget,
      { counters: { usd: "x" } },
      "budget",
      "`budget` is invalid: counters.usd: expected a number, got a string",
    ],
    [
      Budget,
      JSON.parse('{"counters": {"__proto__": 1}}'),
      "budget",
      "`budget` is invalid: counters: a counter must not be called `__proto__`",
    ],
    [Budget, { counters: 1 }, "budget", "`budget` is invalid: counters: expected an object, got a number"],
    [
      Budget,
      { scope: "sesion" },
      "budget",
      "`budget` is invalid: scope: expected one of `call`, `session`, got `sesion`, did you mean `session`?",
    ],
    [
      Capabilities,
      { allowed_tools: "all" },
      "capabilities",
      "`capabilities` is invalid: allowed_tools: expected an array, got a string",
    ],
    [Capabilities, new Set(), "capabilities", "`capabilities` is invalid: a Set is not JSON"],
  ] as const)("[IR-24] names what is wrong", (...[schema, input, what, message]) => {
    expect(() => parseConfig(schema, input, what)).toThrow(new ConfigInvalidError(message));
  });

  it("[IR-24] gives a value or a `ConfigInvalidError`, whatever the input", () => {
    const law = fc.property(fc.oneof(anyJson, fc.anything()), (input) => {
      try {
        return Object.isFrozen(parseConfig(Capabilities, input, "capabilities"));
      } catch (error) {
        return error instanceof ConfigInvalidError;
      }
    });
    fc.assert(law, LAW);
  });
});
