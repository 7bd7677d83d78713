import type { ProposalInput } from "@car/ir";

/** Everything worth knowing before a change. No call waits for another one. */
export const SURVEY: ProposalInput = {
  source: "scripted",
  actions: [
    { id: "format", type: "tool_call", tool: "read_text_file", parameters: { path: "src/format.js" } },
    { id: "split", type: "tool_call", tool: "read_text_file", parameters: { path: "src/split.js" } },
    { id: "cases", type: "tool_call", tool: "read_text_file", parameters: { path: "test/format.test.js" } },
    { id: "manifest", type: "tool_call", tool: "read_text_file", parameters: { path: "package.json" } },
    { id: "changes", type: "tool_call", tool: "read_text_file", parameters: { path: "CHANGELOG.md" } },
    { id: "history", type: "tool_call", tool: "git_log", parameters: { max_count: 5 } },
    { id: "test_format", type: "tool_call", tool: "run_test_file", parameters: { file: "test/format.test.js" } },
    { id: "test_parse", type: "tool_call", tool: "run_test_file", parameters: { file: "test/parse.test.js" } },
    { id: "test_compare", type: "tool_call", tool: "run_test_file", parameters: { file: "test/compare.test.js" } },
  ],
};
