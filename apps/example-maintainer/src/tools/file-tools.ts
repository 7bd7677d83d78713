import { readFile, rm, writeFile } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { defineTool } from "@car/engine";
import { type JsonObject, ToolError, type ToolSchemaInput } from "@car/ir";
import type { Tool, ToolContext } from "@car/ir/ports";
import { type McpClient, mcpTools } from "@car/tools-mcp";
import * as z from "zod";
import { TESTS_STATUS } from "./state-keys.js";

/** What this host says about the server's tools. The server itself can only give hints, and they are not believed. */
const READS = ["read_text_file", "list_directory", "search_files"];
const WRITES = ["edit_file", "write_file"];

const HOST_ON_READS: Partial<ToolSchemaInput> = { reversibility: "reversible", idempotent: true };
const HOST_ON_WRITES: Partial<ToolSchemaInput> = {
  reversibility: "compensable",
  compensation: { tool: "restore_file", parameters: { path: "$parameters.path", content: "$output.before" } },
  effects: [TESTS_STATUS],
  returns: {
    type: "object",
    properties: { content: { type: "string" }, before: { type: ["string", "null"] } },
    required: ["content", "before"],
  },
};

/** The filesystem server's tools, those that write made compensable, and the tool that compensates them. */
export async function fileTools(client: McpClient, clone: string): Promise<readonly Tool[]> {
  const served = await mcpTools(client, {
    include: [...READS, ...WRITES],
    host: ({ name }) => (WRITES.includes(name) ? HOST_ON_WRITES : HOST_ON_READS),
  });
  return [
    ...served.map((tool) => (WRITES.includes(tool.schema.name) ? savingContent(tool, clone) : tool)),
    restoreFile(clone),
  ];
}

/** The same tool, which also remembers in its output what the file held before, and that the tests have to run again. */
function savingContent({ schema, execute }: Tool, clone: string): Tool {
  return {
    schema,
    execute: async (parameters: JsonObject, context: ToolContext) => {
      const before = await contentOf(insideClone(clone, parameters["path"] as string));
      context.state.set(TESTS_STATUS, "stale");
      const output = (await execute?.(parameters, context)) as JsonObject;
      return { ...output, before };
    },
  };
}

function restoreFile(clone: string): Tool {
  return defineTool({
    name: "restore_file",
    description: "Gives a file the content it had before; without content the file is removed. Undoes edits.",
    parameters: z.strictObject({ path: z.string(), content: z.string().nullable() }),
    idempotent: true,
    execute: async ({ path, content }) => {
      const file = insideClone(clone, path);
      await (content === null ? rm(file, { force: true }) : writeFile(file, content));
      return { path };
    },
  });
}

async function contentOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** The server checks paths too; what this host does itself must not rely on that. */
function insideClone(clone: string, path: string): string {
  const file = resolve(clone, path);
  const way = relative(clone, file);
  const outside = way === "" || way.startsWith(`..${sep}`) || way === ".." || isAbsolute(way);
  if (outside || way.split(sep)[0] === ".git")
    throw new ToolError(`\`${path}\` is outside the project`, { class: "denied" });
  return file;
}
