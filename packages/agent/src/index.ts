export { runAgent } from "./agent/run-agent.js";
export type {
  AgentOptions,
  AgentResult,
  AgentRuntime,
  AgentStop,
  AgentTurn,
  AgentUsage,
  AgentVerification,
  TurnProblem,
} from "./agent/agent-options.js";
export type { AgentLimits } from "./agent/agent-limits.js";
export { toolsForModel } from "./model/tools-for-model.js";
export type { AnthropicTool, HasTools, JsonSchemaTool, OpenAiTool } from "./model/tools-for-model.js";
export { proposalFromToolCalls } from "./model/proposal-from-tool-calls.js";
export type { FromToolCallsOptions } from "./model/proposal-from-tool-calls.js";
export type { ModelToolCall, OtherPart } from "./model/model-tool-call.js";
export { formatToolResult, toolMessages } from "./model/format-tool-result.js";
export type { AnthropicToolResult, FormatOptions, OpenAiToolMessage } from "./model/format-tool-result.js";
