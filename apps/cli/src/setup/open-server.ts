import { extname } from "node:path";
import {
  type DescribedServer,
  describedServer,
  httpMcpServer,
  type LiveMcpServer,
  loadServerDescription,
  type McpToolsOptions,
  stdioMcpServer,
} from "@car/tools-mcp";
import type { ToolSchemaInput } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import type { Output } from "../io/output.js";
import type { Server } from "./config.js";
import { filledIn } from "./fill-in.js";
import { inFolder, type LoadedConfig } from "./load-config.js";
import type { LoadedTools } from "./load-tools.js";

/** Where a server is named, and what is known when it is opened. */
export interface ServerPlace {
  readonly name: string;
  readonly place: LoadedConfig;
  readonly output: Output;
  /** The tools of modules: a description may need some. */
  readonly beside: readonly Tool[];
}

/** Starts or calls a server of the configuration, and takes its tools. Those that no runtime would take are told of. */
export async function openServer(server: Server, at: ServerPlace): Promise<LoadedTools> {
  const opened = await connected(server, at);
  try {
    const options = await toolOptions(server, at);
    const onUnusableTool = (tool: string, reason: string): void => {
      at.output.aside(`server ${at.name}: its tool \`${tool}\` is left out: ${reason}`);
    };
    const tools = await opened.tools({ ...options, beside: at.beside, onUnusableTool });
    return { tools, close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function connected(
  { command, args, env, cwd, url, headers }: Server,
  { name, place }: ServerPlace,
): Promise<LiveMcpServer> {
  const where = `${place.file ?? ""}: servers.${name}`;
  if (url !== undefined) {
    return httpMcpServer({ url, ...(headers !== undefined && { headers: filledIn(headers, `${where}.headers`) }) });
  }
  return stdioMcpServer({
    command: command!,
    cwd: inFolder(place, cwd ?? "."),
    ...(args !== undefined && { args }),
    ...(env !== undefined && { env: filledIn(env, `${where}.env`) }),
  });
}

async function toolOptions(
  { prefix, include, described, tools }: Server,
  { place }: ServerPlace,
): Promise<McpToolsOptions> {
  return {
    ...(prefix !== undefined && { prefix }),
    ...(include !== undefined && { include }),
    ...(described !== undefined && {
      described: await (extname(described) === ".json"
        ? loadServerDescription(inFolder(place, described))
        : describedServer(described as DescribedServer)),
    }),
    ...(tools !== undefined && {
      host: (tool) => (Object.hasOwn(tools, tool.name) ? (tools[tool.name] as Partial<ToolSchemaInput>) : {}),
    }),
  };
}
