import type { ConfigChangedData, LoggedConfig, LoggedLabels } from "@car/ir";
import { endorsedLabels } from "../flow/output-labels.js";
import type { ConfigChange } from "./config-holder.js";
import type { ConfigSnapshot } from "./config-snapshot.js";
import type { RegisteredTool } from "./registered-tool.js";

/** The event that tells of a change: the whole configuration once, later only what is new. */
export function configChanged(
  { change, tool }: ConfigChange,
  config: ConfigSnapshot,
  runtime: string,
): ConfigChangedData {
  const data = { change, runtime, config_version: config.version };
  if (tool === undefined) return { ...data, config: loggedConfig(config) };
  const named = { ...data, tool: tool.name };
  if (change !== "tool_registered") return named;
  const labels = loggedLabels(config.tools.get(tool.name), config);
  return { ...named, schema: tool, ...(labels === undefined ? {} : { labels }) };
}

/** A configuration as the log has it. */
function loggedConfig(config: ConfigSnapshot): LoggedConfig {
  const { tools, capabilities, budget, limits, maxConcurrency, schedule, policy } = config;
  const labels = [...tools].flatMap(([name, tool]) => {
    const logged = loggedLabels(tool, config);
    return logged === undefined ? [] : [[name, logged] as const];
  });
  return {
    tools: [...tools.values()].map(({ schema }) => schema),
    ...(capabilities === undefined ? {} : { capabilities: capabilities.set }),
    ...(budget === undefined ? {} : { budget }),
    limits,
    max_concurrency: maxConcurrency,
    schedule,
    ...(policy?.supports?.flow === true ? { follows_data: true } : {}),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
  };
}

function loggedLabels(tool: RegisteredTool | undefined, { policy }: ConfigSnapshot): LoggedLabels | undefined {
  if (tool === undefined) return undefined;
  const isOwn = tool.labels !== undefined;
  const endorsed = policy?.supports?.flow === true ? endorsedLabels(policy, tool.schema.name) : [];
  if (!isOwn && endorsed.length === 0) return undefined;
  return { ...(isOwn ? { own: true } : {}), ...(endorsed.length === 0 ? {} : { endorsed }) };
}
