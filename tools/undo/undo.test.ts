import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REPOSITORY } from "../lib/files.js";
import { judge } from "./judge.js";
import { WORLDS } from "./worlds.js";

const KILLS_PER_WORLD = 5;
const ENDED = { batch: 1, calls: [], cut: false, effects: "none", undone: 0, named: [] } as const;

describe("undo kits", () => {
  it.each(WORLDS.map(({ name }) => name))(
    "leave everything as it was, or name what remains, when their process is killed: %s",
    (world) => {
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [
          "--import",
          "tsx",
          join(REPOSITORY, "tools/undo/main.ts"),
          "--world",
          world,
          "--kills",
          String(KILLS_PER_WORLD),
        ],
        { cwd: REPOSITORY, encoding: "utf8" },
      );
      expect(stderr).toBe("");
      expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^\d+ kills: .*; 0 objections$/);
    },
  );

  it.each([
    ["rolled_back", "none", "was", ["exact"]],
    ["rolled_back", "remain", "was", ["needless"]],
    ["canceled", "unknown", "other", ["named"]],
    ["committed", "none", "other", ["committed"]],
    ["rolled_back", "none", "other", ["objections"]],
  ] as const)("a batch that is %s with effects %s is judged by what is left", (status, effects, after, counted) => {
    const { objections, ...counts } = judge([{ ...ENDED, before: "was", status, effects, after }]);
    const found = Object.entries({ ...counts, objections: objections.length }).filter(([, count]) => count > 0);
    expect(found.map(([name]) => name)).toEqual(counted);
  });
});
