import fc from "fast-check";
import type { JsonObject, ToolSchemaInput } from "@car/ir";
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

const toolFeatures = fc.record({
  reversibility: weighted([4, "reversible" as const], [4, "irreversible" as const], [3, "compensable" as const]),
  idempotent: fc.boolean(),
  maxConcurrency: seldom(15, fc.integer({ min: 1, max: 2 })),
  cacheTtlSecs: seldom(15, fc.constantFrom(0.05, 5)),
  effects: weighted([5, 0], [2, 1], [1, 2]).chain((length) => fc.array(anyEffect, { maxLength: length })),
  checksParameters: fc.boolean(),
  checksOutput: weighted([4, false], [1, true]),
  undoPath: weighted([6, ".id"], [1, ".nowhere"]),
});

const NEEDS_N: JsonObject = { type: "object", required: ["n"], properties: { n: { type: "integer" } } };
const NEEDS_ID: JsonObject = { type: "object", required: ["id"] };

/** The tools of one case: `t0` to `t3` of all kinds, and `undo`. */
export const anyTools: fc.Arbitrary<readonly ToolSchemaInput[]> = fc
  .tuple(toolFeatures, toolFeatures, toolFeatures, toolFeatures)
  .map((all) => [
    ...all.map((features, index) => toolOf(toolName(index), features)),
    { name: UNDO_TOOL, reversibility: "reversible" as const },
  ]);

function toolOf(name: string, features: ToolFeatures): ToolSchemaInput {
  const { reversibility, idempotent, effects, undoPath } = features;
  const undo = { tool: UNDO_TOOL, parameters: { of: `$output${undoPath}`, n: "$parameters.n", literal: [1] } };
  return {
    name,
    reversibility,
    idempotent,
    effects,
    ...(features.maxConcurrency === undefined ? {} : { max_concurrency: features.maxConcurrency }),
    ...(features.cacheTtlSecs === undefined ? {} : { cache_ttl_secs: features.cacheTtlSecs }),
    ...(features.checksParameters ? { parameters: NEEDS_N } : {}),
    ...(features.checksOutput ? { returns: NEEDS_ID } : {}),
    ...(reversibility === "compensable" ? { compensation: undo } : {}),
  };
}

type ToolFeatures = typeof toolFeatures extends fc.Arbitrary<infer T> ? T : never;
