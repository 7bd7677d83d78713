import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LAW } from "../testing/arbitrary-json.js";
import { nearestName } from "./nearest-name.js";

describe("nearestName", () => {
  it.each([
    ["abrot", ["abort", "retry"], "abort"],
    ["ids", ["id", "tool"], "id"],
    ["ix", ["id"], undefined],
    ["", ["id"], undefined],
    ["Tool-Call", ["tool_call"], "tool_call"],
    ["timeout", ["timeout_ms", "time"], "timeout_ms"],
    ["param", ["parameters", "params_schema"], "parameters"],
    ["parameters_json", ["parameters"], "parameters"],
    ["StateDependency", ["state_dependencies"], "state_dependencies"],
    ["completely_different", ["id", "tool"], undefined],
    ["params", ["preconditions", "parameters"], "parameters"],
    ["depends_on", ["id", "dependencies"], "dependencies"],
    ["retries", ["max_retries", "metadata"], "max_retries"],
    ["effects", ["expected_effects"], "expected_effects"],
    ["predict", ["preconditions"], undefined],
    ["x", [], undefined],
  ])("[IR-15] [IR-17] of %j among %j is %j", (name, known, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });

  it("[IR-15] a known name is its own nearest, and one with a letter missing or doubled is recognised", () => {
    const names = ["state_dependencies", "preconditions", "idempotent", "parameters", "timeout_ms"];
    const law = fc.property(fc.constantFrom(...names), fc.nat(), (name, at) => {
      const place = at % name.length;
      const missing = name.slice(0, place) + name.slice(place + 1);
      const doubled = name.slice(0, place) + name.charAt(place) + name.slice(place);
      return [name, missing, doubled].every((written) => nearestName(written, names) === name);
    });
    fc.assert(law, LAW);
  });
});
