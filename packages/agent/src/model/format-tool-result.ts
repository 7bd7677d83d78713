import { type ActionResult, canonicalJson, type ProposalResult, type Reason } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import { assertFormat } from "./assert-format.js";
import { clipText } from "./clip-text.js";
import { actionIds } from "./action-ids.js";

/** How results are written down for a model. */
export interface FormatOptions {
  /** Longest text, in characters. Default 16,000. */
  readonly maxChars?: number;
}

const DEFAULT_MAX_CHARS = 16_000;

/**
 * The text a model gets for one action's result, or, for a whole run, one line per action. A failure says its code and
 * what is wrong, everything of it where the proposal was refused; an action that waits says so. Cut to size with a note of how much is missing.
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
  const ids = actionIds(callIds);
  return callIds.map((callId, index) => {
    const found = result.results.find(({ action_id }) => action_id === ids[index]);
    const text = found === undefined ? `error: ${result.cause?.message ?? "no result"}` : textIn(result, found);
    const content = clipText(text, DEFAULT_MAX_CHARS);
    if (format === "openai") return { role: "tool", tool_call_id: callId, content };
    const is_error = found?.status !== "succeeded" && found?.status !== "waiting";
    return { type: "tool_result", tool_use_id: callId, content, is_error };
  });
}

function runText(result: ProposalResult): string {
  const { status, cause, reasons, results, external_effects_remain } = result;
  const head = `run ${status}${cause === undefined || reasons.length > 1 ? "" : `: ${cause.message}`}`;
  const whole = reasons.filter(({ action_id }) => action_id === undefined && reasons.length > 1).map(problemText);
  const actions = results.map((each) => `${each.action_id}: ${textIn(result, each)}`);
  const tail = external_effects_remain ? ["warning: effects outside the state may remain"] : [];
  return [head, ...[...whole, ...actions].map((line) => `- ${line}`), ...tail].join("\n");
}

/** What a refused proposal has against one of its actions is more than the first thing, and may be nothing. */
function textIn({ reasons }: ProposalResult, action: ActionResult): string {
  const own = reasons.filter(({ action_id }) => action_id === action.action_id);
  return own.length > 0 ? own.map(problemText).join("; ") : actionText(action);
}

function problemText({ code, message }: Reason): string {
  return `error (${code}): ${message}`;
}

function actionText({ action_id, status, output, reason, error, rolled_back }: ActionResult): string {
  switch (status) {
    case "succeeded": {
      const text = typeof output === "string" ? output : canonicalJson(output ?? null);
      return rolled_back ? `${text}\n(undone: the run was rolled back)` : text;
    }
    case "waiting":
      return `waiting, not failed: ${error ?? "it goes on when what it depends on has been approved"}`;
    case "rejected":
      if (reason?.action_id === undefined || reason.action_id === action_id) break;
      return `not run: the proposal was refused because of \`${reason.action_id}\``;
    case "failed":
    case "skipped":
  }
  return `error (${reason?.code ?? status}): ${error ?? status}`;
}
