import { describe, expect, it } from "vitest";
import { createDenseIndex } from "./dense/dense-index.js";
import { openFileJournal } from "./node/file-journal.js";
import { testMemgine } from "./testing/memory-for-tests.js";

const { memory } = testMemgine();

describe("an option that nobody reads", () => {
  it.each<[string, (given: never) => unknown, object, string]>([
    ["createMemgine", (given) => testMemgine(given), { journals: undefined }, "journal"],
    ["skills", (skills) => testMemgine({ skills }), { minTrial: 1 }, "minTrials"],
    ["mining", (mining) => testMemgine({ mining }), { suport: 1 }, "support"],
    ["implied", (implied) => testMemgine({ implied }), { treshold: 1 }, "threshold"],
    ["cues", (cues) => testMemgine({ cues }), { requests: [] }, "request"],
    ["thresholds", (given) => createDenseIndex(2, given), { exactTo: 1 }, "exactUpTo"],
    ["openFileJournal", (given) => openFileJournal(given), { folders: "/nowhere" }, "folder"],
    ["search", (given) => memory.search("x", given), { readers: {} }, "reader"],
    ["recall", (given) => memory.recall("x", given), { tokenBudgets: 1 }, "tokenBudget"],
    ["buildContext", (given) => memory.buildContext("x", given), { tokenBudgets: 1 }, "tokenBudget"],
    ["keepUp", (given) => memory.keepUp(given), { retainPast: 1 }, "retainPastMs"],
    ["forget", (given) => memory.forget(given), { subjects: ["ann"] }, "subject"],
    ["believed", (given) => memory.believed("k", given), { record: 1 }, "recorded"],
    ["importMarkdown", (given) => memory.skills.importMarkdown("", given), { trust: true }, "trusted"],
  ])("[MG-80] of `%s` is refused, with the nearest name", async (name, act, given, nearest) => {
    const [misspelt] = Object.keys(given);
    const message = `\`${name}\` has no option \`${misspelt}\`; did you mean \`${nearest}\`?`;
    const version = memory.version();
    const refused = Promise.resolve().then(() => act(given as never));
    await expect(refused).rejects.toMatchObject({ code: "CAR_CONFIG_INVALID", message });
    expect(memory.version()).toBe(version);
  });

  it("[MG-80] nor one of `recall` that is something else", async () => {
    const recall = (given: object) => memory.recall("x", given as never);
    await expect(recall({ principal: "ann", tokenBudget: "9" })).rejects.toMatchObject({
      code: "CAR_CONFIG_INVALID",
      message: "`tokenBudget` is a number, not a string",
    });
    await expect(recall({ principal: "ann", tokenBudget: 9, roles: "r" })).rejects.toThrow("`roles` is a list");
  });
});
