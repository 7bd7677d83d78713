import { ConfigInvalidError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Tool } from "@car/ir/ports";
import { compensationOf, readerOf } from "./image-tools.js";
import type { Kit } from "./kit.js";

/** Where a tool says what it changes. */
export interface WrapOptions {
  /**
   * Its parameters that hold paths: a text or a list of texts, relative to the root or absolute inside of it. Each of them is required,
   * and what a call changes lies there, or where a link there leads.
   */
  readonly paths: readonly string[];
  /** For a tool that makes folders, or changes modes, and does nothing else: contents are not read. Default false. */
  readonly shallow?: boolean;
}

/** The tool, with a before-image of what lies at its paths and a compensation that restores it. */
export function wrapTool(kit: Kit, tool: Tool, options: WrapOptions): Tool {
  assertKnownOptions(options, ["paths", "shallow"], "wrap");
  const { schema } = tool;
  const { paths, shallow = false } = options;
  if (paths.length === 0) throw new ConfigInvalidError(`\`wrap\`: \`paths\` of \`${schema.name}\` names no parameter`);
  const required = (schema.parameters?.["required"] ?? []) as readonly unknown[];
  const missing = paths.find((name) => !required.includes(name));
  if (missing !== undefined) {
    throw new ConfigInvalidError(`\`wrap\`: \`${schema.name}\` has no required parameter \`${missing}\``);
  }
  if (schema.compensation !== undefined || schema.before !== undefined) {
    throw new ConfigInvalidError(`\`wrap\`: \`${schema.name}\` has a compensation or a reader already`);
  }
  const before = readerOf(kit, { paths, shallow, outline: false, foreign: true });
  return { ...tool, schema: { ...schema, reversibility: "compensable", before, compensation: compensationOf(kit) } };
}
