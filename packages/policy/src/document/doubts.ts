import type { JsonValue } from "@car/ir";
import type { PathStep } from "@car/ir/internal";
import type { DocumentFinding } from "./document-source.js";

/** A value that was written without quotes and may mean something else than YAML 1.2 says. */
export interface Doubt {
  readonly path: readonly PathStep[];
  readonly written: string;
  /** All that it may mean, first what YAML 1.2 says. */
  readonly readings: readonly JsonValue[];
}

/** Words that were booleans in YAML 1.1, and still are for many readers and people. */
const WORDS: Readonly<Record<string, boolean>> = { yes: true, on: true, no: false, off: false };
/** What a value that was written without quotes may mean besides. */
export function otherReadings(written: string, value: unknown): readonly JsonValue[] {
  const word = typeof value === "string" ? WORDS[written.toLowerCase()] : undefined;
  if (word !== undefined) return [word];
  // `0755`, `1.10`, `12e5`, `0x1f`, `+420123456`: a mode, a version, a hash, an address, a telephone that YAML takes for a number.
  if (typeof value !== "number" || !Number.isFinite(value) || String(value) === written) return [];
  return /^0[0-7]+$/.test(written) ? [written, Number.parseInt(written, 8)] : [written];
}

/** Rules that only forbid or ask more when a value is met: they may as well look for all that it could mean. */
const RESTRICTING: ReadonlySet<unknown> = new Set(["deny_tool_param", "require_approval"]);

/**
 * Settles what values of a policy mean that may mean several things. Where a rule restricts, it looks for all of them;
 * where a rule would let more through, the file has to say which: that is a finding. A name or a text is what it says.
 */
export function settleDoubts(document: unknown, doubts: readonly Doubt[]): readonly DocumentFinding[] {
  return doubts.flatMap((doubt) => {
    const at = doubt.path.findLastIndex((step) => step === "equals" || step === "one_of");
    if (at < 0) return [];
    const condition = memberOf(document, doubt.path.slice(0, at));
    const rule = memberOf(document, doubt.path.slice(0, 2));
    const isWhole = doubt.path.length === at + (doubt.path[at] === "equals" ? 1 : 2);
    if (!isWhole || condition === undefined || !RESTRICTING.has(rule?.["type"])) return [findingOf(doubt)];
    widen(condition, doubt.readings);
    return [];
  });
}

/** The condition is of a document that was read just now and that nobody else has. */
function widen(condition: Record<string, unknown>, readings: readonly JsonValue[]): void {
  const { equals, one_of: listed } = condition;
  delete condition["equals"];
  const meant = Array.isArray(listed) ? (listed as readonly unknown[]) : [equals];
  condition["one_of"] = [...meant, ...readings.filter((reading) => !meant.includes(reading))];
}

function memberOf(document: unknown, path: readonly PathStep[]): Record<string, unknown> | undefined {
  let at: unknown = document;
  for (const step of path)
    at = typeof at === "object" && at !== null ? (at as Record<PathStep, unknown>)[step] : undefined;
  return typeof at === "object" && at !== null ? (at as Record<string, unknown>) : undefined;
}

function findingOf({ path, written, readings }: Doubt): DocumentFinding {
  const meanings = readings.map((reading) => `\`${JSON.stringify(reading)}\``).join(" or ");
  return { path, message: `\`${written}\` may mean ${meanings}: write the one that is meant` };
}
