import { join } from "node:path";
import type { Tool } from "@car/ir/ports";
import { describedServer, type McpClient, mcpTools } from "@car/tools-mcp";
import { undoFs } from "@car/undo-fs";
import type { Workspace } from "../workspace/create-workspace.js";
import { TESTS_STATUS } from "./state-keys.js";

const TAKEN = ["read_text_file", "list_directory", "search_files", "edit_file", "write_file"];

/**
 * Tools of the filesystem server. Which of them write, and how that is undone, is in a description that others have tested; what
 * undoes it is a kit, which keeps contents beside the clone.
 */
export async function fileTools(client: McpClient, { root, clone }: Workspace): Promise<readonly Tool[]> {
  const described = await describedServer("filesystem");
  const kit = undoFs({ root: clone, store: join(root, "undo") });
  const beside = kit.tools.filter(({ schema }) => described.needs.includes(schema.name));
  const served = await mcpTools(client, { include: TAKEN, described, beside });
  return [...served.map((tool) => (tool.schema.before === undefined ? tool : outdatingTests(tool))), ...beside];
}

/** The same tool, which also notes that the tests have to run again. */
function outdatingTests(tool: Tool): Tool {
  return {
    ...tool,
    schema: { ...tool.schema, effects: [TESTS_STATUS] },
    execute: (parameters, context) => {
      context.state.set(TESTS_STATUS, "stale");
      return tool.execute?.(parameters, context);
    },
  };
}
