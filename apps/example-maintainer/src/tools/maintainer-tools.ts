import type { Tool } from "@car/ir/ports";
import type { McpClient } from "@car/tools-mcp";
import type { Workspace } from "../workspace/create-workspace.js";
import { fileTools } from "./file-tools.js";
import { gitTools } from "./git-tools.js";
import { runCommand } from "./run-command.js";
import { testTools } from "./test-tools.js";

/** Everything the agent may be given: files through the MCP server, git, tests, and any program at all. */
export async function maintainerTools(workspace: Workspace, files: McpClient): Promise<readonly Tool[]> {
  return [
    ...(await fileTools(files, workspace)),
    ...gitTools(workspace),
    ...testTools(workspace),
    runCommand(workspace),
  ];
}
