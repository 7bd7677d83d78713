import type { ProposalInput } from "@car/ir";

/** The wish to start over, and a way to do it that leaves nothing to start from. */
export const CLEAN_SLATE: ProposalInput = {
  source: "scripted",
  actions: [
    { id: "look", type: "tool_call", tool: "git_status" },
    {
      id: "wipe",
      type: "tool_call",
      tool: "run_command",
      parameters: { command: "rm", args: ["-rf", "src", "test"] },
      dependencies: ["look"],
    },
    {
      id: "begin",
      type: "tool_call",
      tool: "write_file",
      parameters: { path: "src/format.js", content: "// rewritten from scratch\n" },
      dependencies: ["wipe"],
    },
  ],
};
