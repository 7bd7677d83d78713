import { describe, expect, it } from "vitest";
import type { JsonValue } from "../json/json-value.js";
import { resolveOutputTemplate } from "./output-template.js";

const scope = { output: { id: 7, items: ["a"] }, parameters: { n: { deep: "p" }, text: "t" } };

describe("resolveOutputTemplate", () => {
  it.each<[JsonValue, JsonValue]>([
    ["$output", scope.output],
    ["$output.id", 7],
    ["$output.items[0]", "a"],
    ["$parameters.n.deep", "p"],
    ["$parameters", scope.parameters],
    [
      { id: "$output.id", note: "undo ${output.id} of ${parameters.text}" },
      { id: 7, note: "undo 7 of t" },
    ],
    ["${output.items}", '["a"]'],
    [
      ["$$output.id", "$${output.id}", "$$${output.id}"],
      ["$output.id", "${output.id}", "$7"],
    ],
  ])("[IR-32] [5.2] %j gives %j", (value, expected) => {
    expect(resolveOutputTemplate(value, scope)).toEqual({ ok: true, value: expected });
  });

  it.each<JsonValue>([
    "$outputs",
    "$output id",
    "output.id",
    "$a.output.id",
    "${HOME}",
    { $ref: "output.id" },
    5,
    null,
    { a: ["plain"] },
  ])("[IR-32] %j is literal", (value) => {
    expect(resolveOutputTemplate(value, scope)).toEqual({ ok: true, value });
  });

  it.each([
    ["$output.nothing", "output.nothing", "reference `output.nothing` leads to nothing: `output` has no `.nothing`"],
    ["${parameters.n.x}", "parameters.n.x", "reference `parameters.n.x` leads to nothing: `parameters.n` has no `.x`"],
    [
      "$output.__proto__",
      "output.__proto__",
      "reference `output.__proto__` leads to nothing: `output` has no `.__proto__`",
    ],
  ])("[IR-32] %s fails", (value, reference, message) => {
    expect(resolveOutputTemplate({ k: value }, scope)).toEqual({ ok: false, reference, message });
  });
});
