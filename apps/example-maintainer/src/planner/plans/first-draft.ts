import type { ProposalInput } from "@car/ir";

/** Mistakes models make: parameter names that the tool does not have, and a value in the wrong form. */
export const FIRST_DRAFT: ProposalInput = {
  source: "scripted",
  actions: [
    {
      id: "fix",
      type: "tool_call",
      tool: "edit_file",
      parameters: { path: "src/format.js", edits: [{ old_text: "Math.round", new_text: "Math.floor" }] },
    },
    {
      id: "commit",
      type: "tool_call",
      tool: "git_commit",
      parameters: { message: "Never write 60 seconds (#17)" },
      dependencies: ["fix"],
    },
    { id: "push", type: "tool_call", tool: "git_push", parameters: { remote: "origin", refs: "v1.2.1" } },
  ],
};
