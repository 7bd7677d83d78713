import { contentHash, type JsonObject, type LabelSet, type ToolSchema } from "@car/ir";
import { type CheckedTool, checkTool, effectKey, sourceLabels } from "@car/ir/internal";
import type { CompiledSchema, SchemaCompiler, Tool, ToolExecute } from "@car/ir/ports";
import { createSemaphore, type Semaphore } from "../limits/semaphore.js";
import { createTokenBucket, type TokenBucket } from "../limits/token-bucket.js";
import { createResultCache, type ResultCache } from "../reuse/result-cache.js";
import type { TimerQueue } from "../time/timer-queue.js";

/** A tool with everything that registration prepares, so that a call prepares nothing. */
export class RegisteredTool {
  readonly schema: ToolSchema;
  readonly execute: ToolExecute | undefined;
  readonly reserve: Readonly<Record<string, number>> | undefined;
  /** Labels that every output gets. */
  readonly sourceLabels: LabelSet;
  readonly labels: Tool["labels"];
  readonly probe: Tool["probe"];
  readonly parameters: CompiledSchema;
  readonly returns: CompiledSchema | undefined;
  /** Keys, exact or `prefix*`, that the host lets the tool write. */
  readonly effectKeys: readonly string[];
  readonly places: Semaphore | undefined;
  readonly bucket: TokenBucket | undefined;
  readonly cache: ResultCache | undefined;
  /** The one thing that changes while runs are open: set by `revoke`, seen before the next dispatch. */
  revoked = false;
  private hash: string | undefined = undefined;

  constructor({ execute, reserve, labels, probe }: Tool, checked: CheckedTool, context: RegistrationContext) {
    const { schema } = checked;
    this.schema = schema;
    this.execute = execute;
    this.reserve = reserve;
    this.sourceLabels = sourceLabels(schema);
    this.labels = labels;
    this.probe = probe;
    this.parameters = checked.parameters;
    this.returns = checked.returns;
    this.effectKeys = schema.effects.map(effectKey);
    this.places = schema.max_concurrency === undefined ? undefined : createSemaphore(schema.max_concurrency);
    this.bucket = bucketOf(schema, context);
    this.cache = cacheOf(schema, context);
  }

  /** Names this version of the schema in receipts and caches. Computed when first read. */
  get schemaHash(): string {
    return (this.hash ??= contentHash(this.schema as unknown as JsonObject));
  }
}

/** What registration needs from the runtime. */
export interface RegistrationContext {
  readonly compiler: SchemaCompiler;
  readonly timers: TimerQueue;
  readonly now: () => number;
  readonly maxCachedResults: number;
  /** Buckets by tool name, shared with other runtimes when the host passes the same map. */
  readonly buckets: Map<string, TokenBucket>;
}

/**
 * Checks a tool and compiles its schemas.
 * @throws `ToolInvalidError` (`CAR_TOOL_INVALID`) naming the tool and the field.
 */
export function registerTool(tool: Tool, context: RegistrationContext): RegisteredTool {
  return new RegisteredTool(tool, checkTool(tool, context.compiler), context);
}

function bucketOf(schema: ToolSchema, { buckets, timers, now }: RegistrationContext): TokenBucket | undefined {
  if (schema.rate_limit === undefined) return undefined;
  const { max_calls, interval_secs } = schema.rate_limit;
  const known = buckets.get(schema.name);
  if (known !== undefined && known.maxCalls === max_calls && known.intervalMs === interval_secs * 1000) return known;
  const bucket = createTokenBucket({ maxCalls: max_calls, intervalMs: interval_secs * 1000, timers, now });
  buckets.set(schema.name, bucket);
  return bucket;
}

function cacheOf(schema: ToolSchema, { maxCachedResults, now }: RegistrationContext): ResultCache | undefined {
  if (schema.cache_ttl_secs === undefined) return undefined;
  return createResultCache({ maxEntries: maxCachedResults, ttlMs: schema.cache_ttl_secs * 1000, now });
}
