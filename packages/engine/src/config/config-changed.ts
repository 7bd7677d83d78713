import type { ConfigChangedData, LoggedConfig } from "@car/ir";
import type { ConfigChange } from "./config-holder.js";
import type { ConfigSnapshot } from "./config-snapshot.js";

/** The event that tells of a change: the whole configuration once, later only what is new. */
export function configChanged(
  { change, tool }: ConfigChange,
  config: ConfigSnapshot,
  runtime: string,
): ConfigChangedData {
  const data = { change, runtime, config_version: config.version };
  if (tool === undefined) return { ...data, config: loggedConfig(config) };
  const named = { ...data, tool: tool.name };
  return change === "tool_registered" ? { ...named, schema: tool } : named;
}

/** A configuration as the log has it. */
function loggedConfig(config: ConfigSnapshot): LoggedConfig {
  const { tools, capabilities, budget, limits, maxConcurrency, schedule } = config;
  return {
    tools: [...tools.values()].map(({ schema }) => schema),
    ...(capabilities === undefined ? {} : { capabilities: capabilities.set }),
    ...(budget === undefined ? {} : { budget }),
    limits,
    max_concurrency: maxConcurrency,
    schedule,
  };
}
