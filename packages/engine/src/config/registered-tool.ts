import {
  contentHash,
  type JsonObject,
  type LabelSet,
  parseToolSchema,
  SchemaInvalidError,
  ToolInvalidError,
  type ToolSchema,
} from "@car/ir";
import { assertKnownOptions, effectKey, pointsTo, sourceLabels } from "@car/ir/internal";
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

  constructor({ execute, reserve, labels, probe }: Tool, schema: ToolSchema, context: RegistrationContext) {
    this.schema = schema;
    this.execute = execute;
    this.reserve = reserve;
    this.sourceLabels = sourceLabels(schema);
    this.labels = labels;
    this.probe = probe;
    this.parameters = compile(context.compiler, schema, "parameters");
    this.returns = schema.returns === undefined ? undefined : compile(context.compiler, schema, "returns");
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
  const schema = parseToolSchema(tool.schema);
  checkToolShape(tool, schema);
  return new RegisteredTool(tool, schema, context);
}

const FIELDS = ["schema", "execute", "labels", "probe", "reserve"] as const satisfies readonly (keyof Tool)[];

function checkToolShape(tool: Tool, schema: ToolSchema): void {
  // An object of a class has what it likes; of a plain one nobody else reads what is misspelt.
  if (Object.getPrototypeOf(tool) === Object.prototype) assertKnownOptions(tool, FIELDS, `tool ${schema.name}`);
  if (tool.execute !== undefined && typeof tool.execute !== "function") {
    throw new ToolInvalidError(`tool \`${schema.name}\`: execute is not a function`);
  }
  for (const field of ["labels", "probe"] as const) {
    if (tool[field] === undefined || typeof tool[field] === "function") continue;
    throw new ToolInvalidError(`tool \`${schema.name}\`: ${field} is not a function`);
  }
  checkImage(schema);
  if (schema.reversibility === "compensable" && schema.compensation === undefined) {
    throw new ToolInvalidError(`tool \`${schema.name}\`: reversibility \`compensable\` needs a \`compensation\``);
  }
  if (schema.reversibility === "irreversible" && schema.compensation !== undefined) {
    throw new ToolInvalidError(
      `tool \`${schema.name}\`: it has a \`compensation\`, so declare reversibility \`compensable\``,
    );
  }
}

function checkImage(schema: ToolSchema): void {
  const problem = imageProblem(schema);
  if (problem !== undefined) throw new ToolInvalidError(`tool \`${schema.name}\`: ${problem}`);
}

/** What a declaration of a before-image lacks, or what refers to one that there is not. */
function imageProblem({ before, before_required, reversibility, compensation }: ToolSchema): string | undefined {
  if (before === undefined) {
    if (before_required !== undefined) return "`before_required` speaks of a `before`, and there is none";
    const isReferred = compensation !== undefined && pointsTo(compensation.parameters, "before");
    return isReferred ? "the compensation refers to `$before`: declare what reads it (`before`)" : undefined;
  }
  if (reversibility !== "compensable") {
    return "only a compensation uses `before`: declare reversibility `compensable` and a `compensation`";
  }
  const isEarly = pointsTo(before.parameters, "output") || pointsTo(before.parameters, "before");
  return isEarly
    ? "`before` is read before there is an output: only `$parameters` stands in its parameters"
    : undefined;
}

function compile(compiler: SchemaCompiler, schema: ToolSchema, field: "parameters" | "returns"): CompiledSchema {
  try {
    return compiler.compile(schema[field]!);
  } catch (cause) {
    if (!(cause instanceof SchemaInvalidError)) throw cause;
    throw new ToolInvalidError(`tool \`${schema.name}\`: ${field}: ${cause.message}`, { cause });
  }
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
