import { type ErrorClass, type JsonValue, McpFailedError, parseJsonText, ToolError } from "@car/ir";
import { wellFormed } from "@car/ir/internal";
import type { CompiledSchema } from "@car/ir/ports";
import { bounded } from "./message-of.js";

/** The classes that a server may give its own failure. Whether a call was canceled is for this side to know. */
const CLASSES: readonly ErrorClass[] = ["invalid", "denied", "not_found", "transient", "terminal", "timeout"];
/** One of these makes an answer a tool's result. */
const PARTS = ["content", "structuredContent", "toolResult", "isError"] as const;

/** A result as servers send it: old and new ones, and those that leave out what they should not. */
interface RawResult {
  readonly content?: unknown;
  readonly structuredContent?: unknown;
  /** The whole output, of servers from before `content`. */
  readonly toolResult?: unknown;
  readonly isError?: unknown;
  readonly class?: unknown;
}

/**
 * The output in a result: the structured content; without one, the text of a content that is all text, read as JSON where the
 * tool has an output schema (`returns`) that this JSON fits; else the content blocks, whatever their kind.
 *
 * The tool has acted by now. So nothing that can be handed on is a failure.
 * @throws `ToolError` for a result with `isError`, and for an answer that is no tool's result.
 */
export function readResult(raw: unknown, returns: CompiledSchema | undefined): JsonValue {
  const result = resultOf(raw);
  if (result.isError === true) throw reportedFailure(result);
  const { structuredContent, toolResult, content } = result;
  if (structuredContent !== undefined && structuredContent !== null) return structured(structuredContent, returns);
  if (toolResult !== undefined) return toolResult as JsonValue;
  const text = textOf(content);
  return text === undefined ? (content as JsonValue) : (asJson(text, returns) ?? text);
}

function resultOf(raw: unknown): RawResult {
  const isResult = typeof raw === "object" && raw !== null && !("task" in raw && !PARTS.some((part) => part in raw));
  if (isResult) return raw;
  const message = "the answer is no tool's result";
  throw new ToolError(message, { class: "timeout", cause: new McpFailedError(message) });
}

/** What breaks the output schema is refused by the runtime, unless it looks like the text or the blocks that may stand there too. */
function structured(value: unknown, returns: CompiledSchema | undefined): JsonValue {
  const isAmbiguous = typeof value === "string" || Array.isArray(value);
  if (isAmbiguous && returns !== undefined && !fits(value, returns)) {
    throw new ToolError("the structured content breaks the tool's output schema", { class: "terminal" });
  }
  return value as JsonValue;
}

/** The text of a content that is nothing but text; that of none is empty. */
function textOf(content: unknown): string | undefined {
  if (content === undefined || content === null) return "";
  if (typeof content === "string") return wellFormed(content);
  if (!Array.isArray(content)) return undefined;
  const texts = content.flatMap((block: unknown) => (isText(block) ? [block.text] : []));
  return texts.length === content.length ? wellFormed(texts.join("\n")) : undefined;
}

function isText(block: unknown): block is { readonly text: string } {
  const { type, text } = (block ?? {}) as { type?: unknown; text?: unknown };
  return type === "text" && typeof text === "string";
}

function asJson(text: string, returns: CompiledSchema | undefined): JsonValue | undefined {
  if (returns === undefined) return undefined;
  try {
    const value = parseJsonText(text);
    return fits(value, returns) ? value : undefined;
  } catch {
    return undefined;
  }
}

function fits(value: unknown, schema: CompiledSchema): boolean {
  return schema.check(value).length === 0;
}

/** Few servers say what kind of failure it is; those that do put it beside the text or into the structured content. */
function reportedFailure({ content, structuredContent, class: beside }: RawResult): ToolError {
  const text = textOf(content) ?? JSON.stringify(content);
  const message = bounded(text === "" ? "the tool reported an error without saying which" : text);
  const inside = (structuredContent as { readonly class?: unknown } | null | undefined)?.class;
  const said = inside ?? beside;
  return new ToolError(message, { class: CLASSES.find((known) => known === said) ?? "terminal" });
}
