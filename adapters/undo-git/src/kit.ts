import { type JsonObject, type JsonValue, ToolError, type ToolSchemaInput } from "@car/ir";
import type { ProbeAnswer, ProbeContext, Tool, ToolContext } from "@car/ir/ports";
import { finishLeft } from "./atomically.js";
import { CutShort, NothingDone } from "./pending.js";
import { type OpenOptions, openRepository, type Repository } from "./repository.js";

/** What the tools of one kit share. */
export interface Kit {
  readonly repository: () => Promise<Repository>;
  /** One after the other: a repository has one index. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly stateKey: string;
}

export function createKit(options: OpenOptions, stateKey: string): Kit {
  let opened: Promise<Repository> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    stateKey,
    repository: () => {
      const opening = (opened ??= openRepository(options));
      opening.catch(() => (opened = undefined));
      return opening;
    },
    inTurn: (work) => {
      const mine = last.then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** One call, with the repository at hand. */
export interface Call {
  readonly repository: Repository;
  readonly key: string;
  readonly signal: AbortSignal;
}

export interface ToolParts {
  readonly schema: ToolSchemaInput;
  readonly run: (parameters: JsonObject, call: Call) => Promise<JsonValue>;
  readonly probe?: (parameters: JsonObject, call: Call, before: JsonObject) => Promise<ProbeAnswer>;
}

/** Calls of one batch stand in the order in which they were proposed: all of them may write one key. */
export function toolOf(kit: Kit, { schema, run, probe }: ToolParts): Tool {
  const call = async <T>(
    { idempotencyKey: key, signal }: ToolContext | ProbeContext,
    work: (call: Call) => Promise<T>,
  ) =>
    kit.inTurn(async () => {
      if (signal.aborted) throw new ToolError("canceled before anything was done", { class: "canceled" });
      const repository = await kit.repository();
      await finishLeft(repository, signal);
      return work({ repository, key, signal });
    });
  return {
    schema: { effects: [kit.stateKey], ...schema },
    execute: (parameters, context) =>
      call(context, (one) => run(parameters, one)).catch((error: unknown) => {
        if (error instanceof CutShort) throw new ToolError(`cut short: ${error.message}`, { cause: error.cause });
        throw error instanceof NothingDone ? error.cause : error;
      }),
    ...(probe === undefined
      ? {}
      : {
          probe: (parameters, context) =>
            call(context, async (one) => {
              const { before } = context;
              if (isObject(before)) return probe(parameters, one, before);
              return schema.before === undefined ? probe(parameters, one, {}) : undefined;
            }),
        }),
  };
}

/** The fields by which a call is undone. */
export function undoneByImage(scope: JsonObject): Partial<ToolSchemaInput> {
  return {
    reversibility: "compensable",
    before: { tool: "git_image", parameters: scope, verify: true },
    compensation: { tool: "git_restore", parameters: { image: "$before" } },
  };
}

/** The JSON Schema of an object that has these members and no other. */
export function objectSchema(properties: JsonObject, required: readonly string[] = []): JsonObject {
  return { type: "object", properties, required: [...required], additionalProperties: false };
}

export function textOf(parameters: JsonObject, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === "string" ? value : undefined;
}

export function textsOf(parameters: JsonObject, name: string): readonly string[] | undefined {
  const value = parameters[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
