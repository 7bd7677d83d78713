import fc from "fast-check";
import type { JsonObject, ToolSchemaInput } from "@car/ir";
import type { Mood } from "./moods.js";
import { anyKey, seldom, weighted } from "./values.js";

/** How many tools a case has besides `undo`. */
const TOOL_COUNT = 4;

/** The tool that compensates. */
export const UNDO_TOOL = "undo";

/** Name of the tool with this number. */
export function toolName(index: number): string {
  return `t${index % TOOL_COUNT}`;
}

const anyEffect: fc.Arbitrary<NonNullable<ToolSchemaInput["effects"]>[number]> = fc
  .record({ key: anyKey, path: weighted([2, undefined], [3, ".n"], [1, ".nowhere"]) })
  .map(({ key, path }) => (path === undefined ? key : { key, value: `$output${path}` }));

/** What any tool may have. */
const commonFeatures = {
  idempotent: fc.boolean(),
  failures: weighted([2, undefined], [1, "definite" as const]),
  /** Powers of two: times that come of them are exact. */
  rateLimit: seldom(10, fc.record({ max_calls: fc.constantFrom(1, 2), interval_secs: fc.constantFrom(0.032, 0.128) })),
};

const toolFeatures = fc.record({
  ...commonFeatures,
  reversibility: weighted([4, "reversible" as const], [4, "irreversible" as const], [3, "compensable" as const]),
  maxConcurrency: seldom(15, fc.integer({ min: 1, max: 2 })),
  timeoutMs: seldom(8, weighted<number | "none">([1, "none"], [2, 20], [2, 50])),
  cacheTtlSecs: seldom(22, fc.constantFrom(0.05, 5)),
  effects: weighted([5, 0], [2, 1], [1, 2]).chain((length) => fc.array(anyEffect, { maxLength: length })),
  checksParameters: fc.boolean(),
  checksOutput: weighted([4, false], [1, true]),
  undoes: weighted([5, "$output.id"], [4, "all"], [1, "$output.nowhere"]),
});

const undoFeatures = fc.record({
  ...commonFeatures,
  reversibility: weighted([3, "reversible" as const], [2, "irreversible" as const]),
  checksParameters: weighted([5, false], [1, true]),
});

const NEEDS_N: JsonObject = { type: "object", required: ["n"], properties: { n: { type: "integer" } } };
const NEEDS_ID: JsonObject = { type: "object", required: ["id"] };
const NEEDS_TEXT: JsonObject = { type: "object", properties: { of: { type: "string" } } };

/** The tools of one case: `t0` to `t3` of all kinds, and `undo`. */
export const anyTools: fc.Arbitrary<readonly ToolSchemaInput[]> = fc
  .tuple(fc.tuple(toolFeatures, toolFeatures, toolFeatures, toolFeatures), undoFeatures)
  .map(([all, undo]) => [...all.map((features, index) => toolOf(index, features)), undoToolOf(undo)]);

/** The tools as they are in this mood: somebody who is asked has time to change his mind while a call waits. */
export function toolsIn(mood: Mood, tools: readonly ToolSchemaInput[]): readonly ToolSchemaInput[] {
  if (mood !== "hesitant") return tools;
  return tools.map((tool, index) =>
    index === 1 ? { ...tool, rate_limit: { max_calls: 1, interval_secs: 0.032 } } : tool,
  );
}

function toolOf(index: number, features: ToolFeatures): ToolSchemaInput {
  const { reversibility, effects, undoes, timeoutMs } = features;
  const undo = { tool: UNDO_TOOL, parameters: { of: undoes, n: "$parameters.n", literal: [1] } };
  return {
    name: toolName(index),
    reversibility,
    effects,
    ...commonOf(features),
    ...(features.maxConcurrency === undefined ? {} : { max_concurrency: features.maxConcurrency }),
    // Different tools never have the same.
    ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs === "none" ? timeoutMs : timeoutMs + index + 0.625 }),
    ...(features.cacheTtlSecs === undefined ? {} : { cache_ttl_secs: features.cacheTtlSecs }),
    ...(features.checksParameters ? { parameters: NEEDS_N } : {}),
    ...(features.checksOutput ? { returns: NEEDS_ID } : {}),
    ...(reversibility === "compensable" ? { compensation: undo } : {}),
  };
}

function undoToolOf({ checksParameters, reversibility, ...features }: UndoFeatures): ToolSchemaInput {
  const parameters = checksParameters ? { parameters: NEEDS_TEXT } : {};
  return { name: UNDO_TOOL, reversibility, ...parameters, ...commonOf(features) };
}

function commonOf({ idempotent, failures, rateLimit }: CommonFeatures): Partial<ToolSchemaInput> {
  return {
    idempotent,
    ...(failures === undefined ? {} : { failures }),
    ...(rateLimit === undefined ? {} : { rate_limit: rateLimit }),
  };
}

type ToolFeatures = typeof toolFeatures extends fc.Arbitrary<infer T> ? T : never;
type UndoFeatures = typeof undoFeatures extends fc.Arbitrary<infer T> ? T : never;
type CommonFeatures = Pick<ToolFeatures, keyof typeof commonFeatures>;
