import type { ProposalInput } from "@car/ir";
import { RELEASE_VERSION } from "../../tools/state-keys.js";

/** The fix that comes to mind first: never round up. It makes the reported case right and others wrong. */
export const QUICK_FIX: ProposalInput = {
  source: "scripted",
  actions: [
    { id: "version", type: "state_write", parameters: { key: RELEASE_VERSION, value: "1.2.1" } },
    {
      id: "fix",
      type: "tool_call",
      tool: "edit_file",
      parameters: {
        path: "src/format.js",
        edits: [{ oldText: "amount: Math.round(amount)", newText: "amount: Math.floor(amount)" }],
      },
    },
    {
      id: "bump",
      type: "tool_call",
      tool: "edit_file",
      parameters: { path: "package.json", edits: [{ oldText: '"version": "1.2.0"', newText: '"version": "1.2.1"' }] },
    },
    { id: "tests", type: "tool_call", tool: "run_tests", dependencies: ["fix", "bump"] },
    {
      id: "commit",
      type: "tool_call",
      tool: "git_commit",
      parameters: { message: "Never write 60 seconds (#17)", all: true },
      dependencies: ["tests"],
    },
    {
      id: "tag",
      type: "tool_call",
      tool: "git_tag",
      parameters: { name: "v1.2.1", message: "tidy-duration 1.2.1" },
      dependencies: ["commit"],
    },
    {
      id: "push",
      type: "tool_call",
      tool: "git_push",
      parameters: { remote: "origin", refs: ["main", "$tag.output.ref"] },
    },
  ],
};
