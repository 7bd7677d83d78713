import { ConfigInvalidError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";

/** Bounds of an agent. All are whole numbers of at least 1. */
export interface AgentLimits {
  /** Answers of the model. Default 20. */
  readonly maxTurns?: number;
  /** Calls in all executed proposals together. Default 100. */
  readonly maxToolCalls?: number;
  /** Input and output tokens together, as the model reports them. Default 1,000,000. */
  readonly maxTokens?: number;
  /** The whole agent, in milliseconds. Default 600,000. */
  readonly maxDurationMs?: number;
  /** One answer of the model, in milliseconds. Default 120,000. */
  readonly modelTimeoutMs?: number;
  /** How often the same calls may be refused or fail. Default 3. */
  readonly maxRepeats?: number;
  /** Characters of one call's output that the model is shown. Default 16,000. */
  readonly maxOutputChars?: number;
  /** Characters of one text of the model that are kept. Default 100,000. */
  readonly maxTextChars?: number;
  /** Bytes of one call's arguments. Default 100,000. */
  readonly maxArgumentBytes?: number;
}

const DEFAULTS: Required<AgentLimits> = Object.freeze({
  maxTurns: 20,
  maxToolCalls: 100,
  maxTokens: 1_000_000,
  maxDurationMs: 600_000,
  modelTimeoutMs: 120_000,
  maxRepeats: 3,
  maxOutputChars: 16_000,
  maxTextChars: 100_000,
  maxArgumentBytes: 100_000,
});

/** Fills in the defaults. Throws `ConfigInvalidError` for an unknown name or a value that bounds nothing. */
export function agentLimits(given: AgentLimits = {}): Required<AgentLimits> {
  assertKnownOptions(given, Object.keys(DEFAULTS), "limits");
  const limits: Record<string, number> = { ...DEFAULTS };
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw new ConfigInvalidError(`limits: \`${name}\` must be a whole number of at least 1`);
    }
    limits[name] = value as number;
  }
  return limits as unknown as Required<AgentLimits>;
}
