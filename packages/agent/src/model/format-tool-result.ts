import { type ActionResult, canonicalJson, type ProposalResult } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import { assertFormat } from "./assert-format.js";
import { clipText } from "./clip-text.js";
import { actionIdOf } from "./proposal-from-tool-calls.js";

/** How results are written down for a model. */
export interface FormatOptions {
  /** Longest text, in characters. Default 16,000. */
  readonly maxChars?: number;
}

const DEFAULT_MAX_CHARS = 16_000;

/**
 * The text a model gets for one action's result, or, for a whole run, one line per action. A failure says its code and
 * what to do about it, and whether the run was undone. Cut to size with a note of how much is missing.
 */
export function formatToolResult(result: ActionResult | ProposalResult, options: FormatOptions = {}): string {
  assertKnownOptions(options, ["maxChars"], "formatToolResult");
  const maxChars = options.maxChars ?? DEFAULT_MAX_CHARS;
  return clipText("results" in result ? runText(result) : actionText(result), maxChars);
}

/** One tool message, as OpenAI's chat completions take it. */
export interface OpenAiToolMessage {
  readonly role: "tool";
  readonly tool_call_id: string;
  readonly content: string;
}

/** One tool result block, as Anthropic's messages take it. */
export interface AnthropicToolResult {
  readonly type: "tool_result";
  readonly tool_use_id: string;
  readonly content: string;
  readonly is_error: boolean;
}

const MESSAGE_FORMATS = ["openai", "anthropic"] as const;

/**
 * The messages that answer a model's calls, in the calls' order. `callIds` are the ids as the model gave them.
 * @throws `CAR_CONFIG_INVALID` for a shape that does not exist, naming those that do.
 */
export function toolMessages(
  result: ProposalResult,
  format: "openai",
  callIds: readonly string[],
): readonly OpenAiToolMessage[];
export function toolMessages(
  result: ProposalResult,
  format: "anthropic",
  callIds: readonly string[],
): readonly AnthropicToolResult[];
export function toolMessages(
  result: ProposalResult,
  format: (typeof MESSAGE_FORMATS)[number],
  callIds: readonly string[],
): readonly (OpenAiToolMessage | AnthropicToolResult)[] {
  assertFormat(format, MESSAGE_FORMATS, "toolMessages");
  return callIds.map((callId, index) => {
    const found = result.results.find(({ action_id }) => action_id === actionIdOf(callId, index));
    const content = found === undefined ? `error: ${result.cause?.message ?? "no result"}` : formatToolResult(found);
    if (format === "openai") return { role: "tool", tool_call_id: callId, content };
    return { type: "tool_result", tool_use_id: callId, content, is_error: found?.status !== "succeeded" };
  });
}

function runText(result: ProposalResult): string {
  const head = `run ${result.status}${result.cause === undefined ? "" : `: ${result.cause.message}`}`;
  const tail = result.external_effects_remain ? ["warning: effects outside the state may remain"] : [];
  return [head, ...result.results.map((each) => `- ${each.action_id}: ${actionText(each)}`), ...tail].join("\n");
}

function actionText({ status, output, reason, error, rolled_back }: ActionResult): string {
  if (status === "succeeded") {
    const text = typeof output === "string" ? output : canonicalJson(output ?? null);
    return rolled_back ? `${text}\n(undone: the run was rolled back)` : text;
  }
  return `error (${reason?.code ?? status}): ${error ?? status}`;
}
