import type { ProposalInput } from "@car/ir";
import { RELEASE_VERSION } from "../../tools/state-keys.js";

/**
 * The whole change as one transaction. `push` is listed before the last check and does not wait for it by any
 * dependency: that it runs last is the runtime's doing.
 */
export const RELEASE: ProposalInput = {
  source: "scripted",
  actions: [
    { id: "version", type: "state_write", parameters: { key: RELEASE_VERSION, value: "1.2.1" } },
    {
      id: "fix",
      type: "tool_call",
      tool: "edit_file",
      parameters: {
        path: "src/format.js",
        edits: [
          {
            oldText: [
              "  const amounts = split(Math.abs(ms), units)",
              "    .map(({ unit, amount }) => ({ unit, amount: Math.round(amount) }))",
            ].join("\n"),
            newText: "  const amounts = split(roundTo(units.at(-1), Math.abs(ms)), units)",
          },
          {
            oldText: '.join(" ");\n}',
            newText: [
              '.join(" ");',
              "}",
              "",
              "/** Rounding comes before splitting: 59.7 seconds are a minute, not 60 seconds. */",
              "function roundTo(unit, ms) {",
              "  return Math.round(ms / unit.ms) * unit.ms;",
              "}",
            ].join("\n"),
          },
        ],
      },
    },
    {
      id: "case",
      type: "tool_call",
      tool: "edit_file",
      parameters: {
        path: "test/format.test.js",
        edits: [
          {
            oldText: '  it("writes milliseconds when asked", () => {',
            newText: [
              '  it("carries into the next unit when it rounds", () => {',
              '    assert.equal(format(119_700), "2m");',
              '    assert.equal(format(86_399_500), "1d");',
              "  });",
              "",
              '  it("writes milliseconds when asked", () => {',
            ].join("\n"),
          },
        ],
      },
    },
    {
      id: "bump",
      type: "tool_call",
      tool: "edit_file",
      parameters: { path: "package.json", edits: [{ oldText: '"version": "1.2.0"', newText: '"version": "1.2.1"' }] },
    },
    {
      id: "notes",
      type: "tool_call",
      tool: "edit_file",
      parameters: {
        path: "CHANGELOG.md",
        edits: [
          { oldText: "## 1.2.0", newText: "## 1.2.1\n\n- `format` writes `2m`, not `1m 60s` (#17).\n\n## 1.2.0" },
        ],
      },
    },
    { id: "tests", type: "tool_call", tool: "run_tests", dependencies: ["fix", "case", "bump", "notes"] },
    {
      id: "commit",
      type: "tool_call",
      tool: "git_commit",
      parameters: { message: "Carry when rounding (#17)\n\n${tests.output.summary}.", all: true },
    },
    {
      id: "tag",
      type: "tool_call",
      tool: "git_tag",
      parameters: { name: "v1.2.1", message: "tidy-duration 1.2.1 at ${commit.output.commit}" },
    },
    {
      id: "push",
      type: "tool_call",
      tool: "git_push",
      parameters: { remote: "origin", refs: ["main", "$tag.output.ref"] },
    },
    {
      id: "example",
      type: "tool_call",
      tool: "run_example",
      parameters: { file: "examples/timetable.js" },
      dependencies: ["commit"],
    },
  ],
};
