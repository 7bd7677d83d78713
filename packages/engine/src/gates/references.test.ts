import { describe, expect, it } from "vitest";
import { call, tool } from "../testing/fixtures.js";
import { handMadeRun } from "../testing/hand-made-run.js";
import { PROCEED } from "./gate.js";
import { resolveReferences } from "./references.js";

const READ = { id: "r", type: "state_read" as const };
const tools = [tool("make", () => 1), tool("use", () => 1)];

function runWith(parameters: object, more: object = {}) {
  const made = handMadeRun({ tools, actions: [call("a", "make"), call("b", "use", { parameters })], ...more });
  made.end("a", { status: "succeeded", output: { id: 7, text: "x".repeat(20) } });
  return { ...made, b: made.slot("b") };
}

describe("the gate `references`", () => {
  it("[1] puts outputs in the place of the references to them", () => {
    const { run, b } = runWith({ id: "$a.output.id", text: "no. ${a.output.id}", literal: "$HOME" });
    expect(resolveReferences(run, b)).toBe(PROCEED);
    expect(b.parameters).toEqual({ id: 7, text: "no. 7", literal: "$HOME" });
  });

  it("[1] refuses a reference to what the output does not have, and names it", () => {
    const { run, b } = runWith({ id: "$a.output.nothing" });
    expect(resolveReferences(run, b)).toMatchObject({ status: "rejected", reason: { code: "invalid" } });
    expect(resolveReferences(run, b)).toMatchObject({
      reason: { message: expect.stringContaining("a.output.nothing") },
    });
  });

  it("[EN-16] bounds what one action's references add up to", () => {
    const { run, b } = runWith({ all: ["$a.output.text", "$a.output.text"] }, { limits: { max_output_bytes: 40 } });
    expect(resolveReferences(run, b)).toMatchObject({ status: "rejected", reason: { limit: "max_output_bytes" } });
  });

  it("[EN-127] bounds what the references of all actions of a run add up to", () => {
    const { run, b } = runWith({ text: "$a.output.text" }, { limits: { max_resolved_bytes: 70 } });
    expect([resolveReferences(run, b), resolveReferences(run, b)]).toEqual([PROCEED, PROCEED]);
    expect(resolveReferences(run, b)).toMatchObject({ status: "rejected", reason: { limit: "max_resolved_bytes" } });
  });

  it.each([
    ["inside the declared set", { key: "mine.7" }, undefined],
    ["outside of it", { key: "yours" }, "outside the declared set"],
    ["no text", { key: 7 }, "not a non-empty text"],
    ["empty", { key: "" }, "not a non-empty text"],
  ])("[2.1] holds a key that came from a reference to the declared set: %s", (_what, output, refusal) => {
    const read = { ...READ, parameters: { key: "$a.output.key" }, read_set: ["mine.*"] };
    const made = handMadeRun({ tools, actions: [call("a", "make"), read] });
    made.end("a", { status: "succeeded", output });
    const answer = resolveReferences(made.run, made.slot("r"));
    if (refusal === undefined) return expect(answer).toBe(PROCEED);
    expect(answer).toMatchObject({ reason: { code: "invalid", message: expect.stringContaining(refusal) as string } });
  });
});
