import { type JsonObject, type JsonValue, MemoryInvalidError } from "@car/ir";
import { copyJson, wellFormed } from "@car/ir/internal";
import type { FactInput, MemoryNode, Scope } from "../model/node.js";

/** What a node is completed with. */
export interface NodeDefaults {
  readonly now: number;
  readonly id: string;
  /** Longest value and text, in bytes of JSON. */
  readonly maxBytes: number;
}

const DEPTH = 64;
/** Where a statement holds that says nothing else. */
export const EVERYWHERE: Scope = Object.freeze({ kind: "global" });

// One for all nodes that say nothing else: most do not.
const NOWHERE: JsonObject = Object.freeze({});
const NO_LABELS: readonly string[] = Object.freeze([]);
const A_USER: MemoryNode["source"] = Object.freeze({ type: "user", authority: "user" });

/** Completes and copies a statement. @throws `CAR_MEMORY_INVALID` when it is no statement; nothing was changed. */
export function factNode(input: FactInput, defaults: NodeDefaults): MemoryNode {
  const value = copied(input.value, "value", defaults);
  const text = wellFormed(input.text ?? textOf(value));
  if (text.length > defaults.maxBytes) throw new MemoryInvalidError(`text is longer than ${defaults.maxBytes} bytes`);
  const confidence = input.confidence ?? 1;
  if (!(confidence >= 0 && confidence <= 1)) throw new MemoryInvalidError("confidence must be from 0 to 1");
  return Object.freeze({
    id: defaults.id,
    kind: input.kind ?? "fact",
    ...(input.key === undefined ? {} : { key: wellFormed(input.key) }),
    value,
    text,
    source: sourceOf(input),
    confidence,
    provenance:
      input.provenance === undefined ? NOWHERE : (copied(input.provenance, "provenance", defaults) as JsonObject),
    scope: input.scope ?? EVERYWHERE,
    ...(input.access === undefined ? {} : { access: input.access }),
    valid_from: finite(input.valid_from ?? defaults.now, "valid_from"),
    ...(input.expires_at === undefined ? {} : { expires_at: finite(input.expires_at, "expires_at") }),
    recorded_at: defaults.now,
    memory_type: input.memory_type ?? "user",
    constraint: input.constraint ?? false,
    ...(input.conversation === undefined ? {} : { conversation: input.conversation }),
    ...(input.subject === undefined ? {} : { subject: input.subject }),
    labels: input.labels === undefined ? NO_LABELS : [...input.labels],
    keep_all: input.keep_all ?? false,
  });
}

function sourceOf({ source }: FactInput): MemoryNode["source"] {
  if (source === undefined) return A_USER;
  const { type = "user", authority = "user", identity } = source;
  return identity === undefined ? { type, authority } : { type, authority, identity };
}

function finite(time: number, name: string): number {
  if (!Number.isFinite(time)) throw new MemoryInvalidError(`${name} must be a time in milliseconds`);
  return time;
}

function copied(value: unknown, name: string, { maxBytes }: NodeDefaults): JsonValue {
  // The usual value is a short text, which needs no copy.
  if (typeof value === "string" && value.length < maxBytes / 4) return value;
  try {
    return copyJson(value, { maxBytes, maxDepth: DEPTH });
  } catch (cause) {
    throw new MemoryInvalidError(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
