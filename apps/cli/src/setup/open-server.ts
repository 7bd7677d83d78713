import { extname } from "node:path";
import {
  type DescribedServer,
  describedServer,
  loadServerDescription,
  type McpClient,
  mcpTools,
  type McpToolsOptions,
  stdioMcpServer,
} from "@car/tools-mcp";
import type { ToolSchemaInput } from "@car/ir";
import { UsageError } from "../usage-error.js";
import type { Server } from "./config.js";
import { filledIn } from "./fill-in.js";
import { inFolder, type LoadedConfig } from "./load-config.js";
import type { LoadedTools } from "./load-tools.js";

interface Connected {
  readonly client: McpClient;
  close(): Promise<void>;
}

/** Starts or calls a server of the configuration, and takes its tools. */
export async function openServer(name: string, server: Server, place: LoadedConfig): Promise<LoadedTools> {
  const opened = await connected(server, { ...place, file: `${place.file ?? ""}: servers.${name}` });
  try {
    return { tools: await mcpTools(opened.client, await toolOptions(server, place)), close: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function connected(server: Server, place: LoadedConfig & { readonly file: string }): Promise<Connected> {
  const { command, args, env, cwd, url, headers } = server;
  if (url !== undefined) {
    return callServer({ url, ...(headers !== undefined && { headers: filledIn(headers, `${place.file}.headers`) }) });
  }
  return stdioMcpServer({
    command: command!,
    cwd: inFolder(place, cwd ?? "."),
    ...(args !== undefined && { args }),
    ...(env !== undefined && { env: filledIn(env, `${place.file}.env`) }),
  });
}

type CallServer = (options: { url: string; headers?: Record<string, string> }) => Promise<Connected>;

/** `httpMcpServer` came to `@car/tools-mcp` after `stdioMcpServer`. */
async function callServer(options: Parameters<CallServer>[0]): Promise<Connected> {
  const { httpMcpServer } = (await import("@car/tools-mcp")) as { readonly httpMcpServer?: CallServer };
  if (httpMcpServer !== undefined) return httpMcpServer(options);
  throw new UsageError(`${options.url}: the installed @car/tools-mcp cannot call a server by its \`url\`; update it`);
}

async function toolOptions(
  { prefix, include, described, tools }: Server,
  place: LoadedConfig,
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
