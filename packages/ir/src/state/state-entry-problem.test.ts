import { describe, expect, it } from "vitest";
import { stateEntryProblem } from "./state-entry-problem.js";

const ENTRY = { value: 1, origin: "model", version: 3, trusted: { value: null, origin: "host" }, labels: ["mail"] };

describe("stateEntryProblem", () => {
  it("[IR-64] has nothing to say of an entry", () => {
    expect(stateEntryProblem(ENTRY)).toBeUndefined();
    expect(stateEntryProblem({ value: { a: [] }, origin: "tool", version: 0 })).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [null, "it is no object"],
    ["text", "it is no object"],
    [{ ...ENTRY, origin: "nobody" }, "origin: "],
    [{ ...ENTRY, version: -1 }, "version: "],
    [{ ...ENTRY, version: 1.5 }, "version: "],
    [{ ...ENTRY, version: "1" }, "version: "],
    [{ ...ENTRY, labels: "mail" }, "labels: "],
    [{ ...ENTRY, labels: [1] }, "labels: "],
    [{ ...ENTRY, trusted: 1 }, "trusted: "],
    [{ ...ENTRY, trusted: { origin: "host" } }, "trusted.value: "],
    [{ ...ENTRY, trusted: { value: 1, origin: "model" } }, "trusted.origin: "],
  ])("[IR-64] says what is wrong, and where: %j", (input, problem) => {
    expect(stateEntryProblem(input)).toContain(problem);
  });
});
