import { type ConfigChangedData, type ToolEffect, ToolInvalidError, type ToolSchema } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import type { ConfigSnapshot } from "./config-snapshot.js";
import { registerTool, type RegistrationContext, type RegisteredTool } from "./registered-tool.js";

/** What happened to a configuration. */
export interface ConfigChange {
  readonly change: ConfigChangedData["change"];
  /** The tool that changed; absent when a whole configuration is told. */
  readonly tool?: ToolSchema;
}

/** Told of each change and the configuration it led to. */
export type OnConfigChange = (change: ConfigChange, config: ConfigSnapshot) => void;

/** Holds the current configuration. Changing it makes a new snapshot; open runs keep the one they began with. */
export class ConfigHolder {
  current: ConfigSnapshot;
  private readonly context: RegistrationContext;
  private readonly onChange: OnConfigChange;
  private isTold = false;

  constructor(initial: ConfigSnapshot, context: RegistrationContext, onChange: OnConfigChange) {
    this.current = initial;
    this.context = context;
    this.onChange = onChange;
  }

  /** The configuration for a run that begins now. Before the first run it is told whole: the log alone must suffice. */
  forRun(): ConfigSnapshot {
    if (!this.isTold) {
      this.isTold = true;
      this.onChange({ change: "runtime_started" }, this.current);
    }
    return this.current;
  }

  /** Adds or replaces a tool; its cache starts empty. */
  register(tool: Tool): void {
    const registered = registerTool(tool, this.context);
    const tools = new Map(this.current.tools);
    tools.set(registered.schema.name, registered);
    checkCompensation(registered.schema, tools);
    this.replace(tools);
    this.tell("tool_registered", registered.schema);
  }

  /** Removes a tool for runs that begin from now on. Returns whether there was one. */
  unregister(name: string): boolean {
    const tool = this.current.tools.get(name);
    if (tool === undefined) return false;
    const tools = new Map(this.current.tools);
    tools.delete(name);
    this.replace(tools);
    this.tell("tool_unregistered", tool.schema);
    return true;
  }

  /** Stops a tool before its next dispatch, in open runs too. Returns whether there was one. */
  revoke(name: string): boolean {
    const tool = this.current.tools.get(name);
    if (tool === undefined) return false;
    tool.revoked = true;
    this.tell("tool_revoked", tool.schema);
    return true;
  }

  private tell(change: ConfigChange["change"], tool: ToolSchema): void {
    this.onChange({ change, tool }, this.current);
  }

  private replace(tools: ReadonlyMap<string, RegisteredTool>): void {
    this.current = { ...this.current, ...toolView(tools), version: this.current.version + 1 };
  }
}

const NO_EFFECTS: readonly ToolEffect[] = Object.freeze([]);

/** The parts of a snapshot that follow from its tools. */
export function toolView(tools: ConfigSnapshot["tools"]): Pick<ConfigSnapshot, "tools" | "effectsOf"> {
  return { tools, effectsOf: (tool) => tools.get(tool)?.schema.effects ?? NO_EFFECTS };
}

/** Registers the tools a runtime starts with. */
export function initialTools(tools: readonly Tool[], context: RegistrationContext): Map<string, RegisteredTool> {
  const registered = new Map<string, RegisteredTool>();
  for (const tool of tools) {
    const entry = registerTool(tool, context);
    const { name } = entry.schema;
    if (registered.has(name)) throw new ToolInvalidError(`tool \`${name}\` is registered twice`);
    registered.set(name, entry);
  }
  for (const { schema } of registered.values()) checkCompensation(schema, registered);
  return registered;
}

function checkCompensation({ name, compensation }: ToolSchema, tools: ReadonlyMap<string, RegisteredTool>): void {
  if (compensation === undefined || tools.has(compensation.tool)) return;
  throw new ToolInvalidError(
    `tool \`${name}\`: its compensation \`${compensation.tool}\` is not registered; register that tool first`,
  );
}
