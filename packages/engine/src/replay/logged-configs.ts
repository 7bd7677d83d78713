import {
  type CarEvent,
  type ConfigChangedData,
  DEFAULT_LIMITS,
  type LoggedConfig,
  payloadOf,
  type ToolSchema,
} from "@car/ir";
import { capabilityGuard } from "@car/ir/internal";
import type { SchemaCompiler } from "@car/ir/ports";
import { toolView } from "../config/config-holder.js";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { type RegistrationContext, registerTool } from "../config/registered-tool.js";
import { TimerQueue } from "../time/timer-queue.js";

const RUNTIME_CHARACTERS = 24;

/** Follows a log: which configuration each runtime has. Later changes are applied to what it told at its start. */
export class LoggedConfigs {
  private readonly current = new Map<string, LoggedConfig>();

  /** @throws `PayloadErasedError` when the payload is gone. */
  take(event: CarEvent): void {
    if (event.kind !== "config_changed") return;
    const change = payloadOf(event);
    const { runtime, config } = change;
    if (config !== undefined) this.current.set(runtime, config);
    const known = this.current.get(runtime);
    if (known !== undefined) this.current.set(runtime, configAfter(known, change));
  }

  /** The configuration of a run that begins now; `undefined` when the log does not have it. */
  of(runId: string): LoggedConfig | undefined {
    return this.current.get(runId.slice(0, RUNTIME_CHARACTERS));
  }
}

function configAfter(config: LoggedConfig, { change, tool, schema, labels }: ConfigChangedData): LoggedConfig {
  if (tool === undefined || change === "tool_revoked") return config;
  const others = Object.entries(config.labels ?? {}).filter(([name]) => name !== tool);
  const all = labels === undefined ? others : [...others, [tool, labels] as const];
  return { ...config, tools: toolsAfter(config.tools, tool, schema), labels: Object.fromEntries(all) };
}

/** A tool that is registered again keeps its place. */
function toolsAfter(tools: readonly ToolSchema[], name: string, schema: ToolSchema | undefined): readonly ToolSchema[] {
  if (schema === undefined) return tools.filter((tool) => tool.name !== name);
  if (!tools.some((tool) => tool.name === name)) return [...tools, schema];
  return tools.map((tool) => (tool.name === name ? schema : tool));
}

/** Builds configurations from what a log has; the same one is built once. */
export class ConfigBuilder {
  private readonly built = new WeakMap<LoggedConfig, Omit<ConfigSnapshot, "policy" | "version">>();
  private readonly context: RegistrationContext;

  constructor(compiler: SchemaCompiler) {
    const now = (): number => 0;
    const timers = new TimerQueue({ now, setTimer: () => ({ cancel: () => undefined }) });
    this.context = { compiler, timers, now, maxCachedResults: 1, buckets: new Map() };
  }

  /** @throws `ToolInvalidError` when a tool's schemas are no schemas. */
  build(logged: LoggedConfig): Omit<ConfigSnapshot, "policy" | "version"> {
    const known = this.built.get(logged);
    if (known !== undefined) return known;
    const { tools, capabilities, budget, limits, max_concurrency: maxConcurrency, schedule } = logged;
    const registered = new Map(tools.map((schema) => [schema.name, registerTool({ schema }, this.context)]));
    const config = {
      ...toolView(registered),
      capabilities: capabilities && capabilityGuard(capabilities),
      budget: budget as ConfigSnapshot["budget"],
      limits,
      outputLimits: { maxDepth: limits.max_depth, maxBytes: limits.max_output_bytes },
      maxConcurrency,
      schedule,
    };
    this.built.set(logged, config);
    return config;
  }
}

/** A configuration of nothing but tools, for logs that do not say what judged their runs. */
export function configOfTools(tools: readonly ToolSchema[]): LoggedConfig {
  return { tools, limits: DEFAULT_LIMITS, max_concurrency: 256, schedule: "safe" };
}
