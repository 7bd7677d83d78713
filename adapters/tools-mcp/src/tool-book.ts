import {
  type CarError,
  ConfigInvalidError,
  McpFailedError,
  type McpPinError,
  SchemaInvalidError,
  ToolError,
  ToolInvalidError,
} from "@car/ir";
import { checkTool } from "@car/ir/internal";
import type { SchemaCompiler, Tool, ToolExecute } from "@car/ir/ports";
import { createSchemaCompiler } from "@car/validator";
import { callMcpTool } from "./call-mcp-tool.js";
import { type Listed, listAllTools } from "./list-all-tools.js";
import type { McpClient, McpTool } from "./mcp-client.js";
import type { McpToolsOptions } from "./mcp-tools.js";
import { messageOf } from "./message-of.js";
import { type OfferedTool, offeredTool } from "./offered-tool.js";
import { pinProblem } from "./pins.js";
import type { UnusableTool } from "./unusable-tool.js";

/** A server's tools, ready to be registered. */
export interface McpTools extends ReadonlyArray<Tool> {
  /** Tools that were asked for and set aside, each with the reason. */
  readonly unusable: readonly UnusableTool[];
}

/** What a server's list has become. */
export interface McpListChange {
  /** The tools as they are now, without those that are not as they were pinned. */
  readonly tools: McpTools;
  /** Which tools have changed or are new, and their hashes. `undefined` without pins, and when all are as they were pinned. */
  readonly refused: McpPinError | undefined;
}

const DEFAULT_TIMEOUT_MS = 60_000;

/** The tools that one host takes from one server, over all versions of the server's list. */
export class ToolBook {
  private readonly client: McpClient;
  private readonly options: McpToolsOptions;
  private readonly compiler: SchemaCompiler = createSchemaCompiler();
  /** Tools that are not as they were pinned, by name. */
  private refused: ReadonlyMap<string, McpPinError> = new Map();
  /** The newest list, while it is read: until then nobody knows what is as it was pinned. */
  private reading: Promise<McpListChange> | undefined;
  /** True once the newest reading has failed. */
  private isUnread = false;
  /** The one that has not begun. */
  private queued: Promise<McpListChange> | undefined;

  constructor(client: McpClient, options: McpToolsOptions) {
    this.client = client;
    this.options = options;
  }

  /** @throws what `mcpTools` does. */
  async list(): Promise<McpTools> {
    const { include, pins } = this.options;
    const listed = await listAllTools(this.client, this.timeoutMs);
    if (Array.isArray(include)) requireListed(include as readonly string[], listed);
    const taken = this.taken(listed);
    const offer = this.offer(taken);
    const needed = [...(Array.isArray(include) ? (include as readonly string[]) : []), ...Object.keys(pins ?? {})];
    const lost = offer.unusable.find(({ name }) => needed.includes(name));
    if (lost !== undefined) throw new ConfigInvalidError(`the tool \`${lost.name}\` cannot be used: ${lost.reason}`);
    const problem = pins && pinProblem(taken.tools, pins);
    if (problem !== undefined) throw problem;
    this.tell(offer.unusable);
    return offer;
  }

  /**
   * Reads the list again. What is not as it was pinned is not offered, and is not called any more. While one reading waits for
   * its turn, no other is begun.
   */
  relist(): Promise<McpListChange> {
    if (this.queued !== undefined) return this.queued;
    const before = this.reading?.catch(() => undefined) ?? Promise.resolve();
    const reading = before.then(() => {
      this.queued = undefined;
      return this.readAgain();
    });
    this.queued = this.reading = reading;
    this.isUnread = false;
    reading.then(
      () => {
        if (this.reading === reading) this.reading = undefined;
      },
      // It stays: who calls next has it read again.
      () => (this.isUnread ||= this.reading === reading),
    );
    return reading;
  }

  private async readAgain(): Promise<McpListChange> {
    const { pins } = this.options;
    const taken = this.taken(await listAllTools(this.client, this.timeoutMs));
    const problems = taken.tools.flatMap((tool) => {
      const problem = pins && pinProblem([tool], pins);
      return problem === undefined ? [] : [[tool.name, problem] as const];
    });
    this.refused = new Map(problems);
    const tools = this.offer({ ...taken, tools: taken.tools.filter(({ name }) => !this.refused.has(name)) });
    this.tell(tools.unusable);
    return { tools, refused: pins && pinProblem(taken.tools, pins) };
  }

  private get timeoutMs(): number {
    return this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  private taken({ tools, nameless }: Listed): Listed {
    const { include } = this.options;
    if (include === undefined) return { tools, nameless };
    if (typeof include === "function") return { tools: tools.filter(include), nameless };
    return {
      tools: tools.filter(({ name }) => include.includes(name)),
      nameless: nameless.filter(({ name }) => include.includes(name)),
    };
  }

  private offer({ tools, nameless }: Listed): McpTools {
    const unusable = [...nameless];
    const usable = tools.flatMap((tool): readonly Tool[] => {
      try {
        const offered = this.checked(tool);
        return [{ schema: offered.schema, execute: this.executeOf(tool, offered) }];
      } catch (error) {
        if (!(error instanceof Unusable)) throw error;
        unusable.push({ name: tool.name, reason: messageOf(error) });
        return [];
      }
    });
    return Object.assign(usable, { unusable });
  }

  /** What a runtime would refuse is not offered, unless it is the host's own word that is wrong. */
  private checked(tool: McpTool): OfferedTool {
    try {
      const offered = offeredTool(tool, this.options, this.compiler);
      checkTool({ schema: offered.schema }, this.compiler);
      return offered;
    } catch (error) {
      if (error instanceof SchemaInvalidError) throw new Unusable(error.message, { cause: error });
      if (!(error instanceof ToolInvalidError)) throw error;
      this.requireHostsFault(tool);
      throw error;
    }
  }

  private requireHostsFault(tool: McpTool): void {
    try {
      const { schema } = offeredTool(tool, { prefix: this.options.prefix ?? "" }, this.compiler);
      checkTool({ schema }, this.compiler);
    } catch (error) {
      throw new Unusable((error as CarError).message, { cause: error });
    }
  }

  private executeOf({ name }: McpTool, { returns }: OfferedTool): ToolExecute {
    const call = { client: this.client, tool: name, timeoutMs: this.timeoutMs, returns };
    return async (parameters, context) => {
      if (this.options.pins !== undefined) await this.requireApproved(name);
      return callMcpTool(call, parameters, context);
    };
  }

  private async requireApproved(name: string): Promise<void> {
    await (this.isUnread ? this.relist() : this.reading)?.catch((error: unknown) => {
      const message = `\`${name}\` was not called: the server's list has changed and cannot be read: ${messageOf(error)}`;
      throw new ToolError(message, { class: "transient", cause: new McpFailedError(message, { cause: error }) });
    });
    const refusal = this.refused.get(name);
    if (refusal !== undefined) throw new ToolError(refusal.message, { class: "denied", cause: refusal });
  }

  private tell(unusable: readonly UnusableTool[]): void {
    for (const { name, reason } of unusable) this.options.onUnusableTool?.(name, reason);
  }
}

class Unusable extends Error {}

function requireListed(include: readonly string[], { tools, nameless }: Listed): void {
  const offered = [...tools, ...nameless].map(({ name }) => name);
  const missing = include.filter((name) => !offered.includes(name));
  if (missing.length === 0) return;
  const text = `the server has no ${quoted(missing)}; it offers ${quoted(offered)}`;
  throw new ConfigInvalidError(`include: ${text}`);
}

/** Names as a message lists them. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ") || "nothing";
}
