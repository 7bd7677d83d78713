import type { JsonValue } from "@car/ir";
import { assertEqual } from "../../assert.js";
import { call, REVERSIBLE, SKIP } from "./actions.js";
import { failLater, later, type Rig, type ToolUnderTest } from "./rig.js";

type Run = NonNullable<ToolUnderTest["run"]>;

const undone: JsonValue[] = [];

/** The tools of runs that are undone: what undoes, and what aborts at 100 ms. */
export const UNDOING = {
  undo: { run: ({ parameters }) => void undone.push(parameters["of"] ?? null) },
  breaks: { ...REVERSIBLE, run: ({ clock }) => failLater(clock, 100, new Error("broken")) },
} satisfies Readonly<Record<string, ToolUnderTest>>;

/** Fails after 10 ms in a way that tells nothing. */
export const lost: Run = ({ clock }) => failLater(clock, 10, new Error("connection reset"));

/** Answers `value` after `ms`. */
export function answering(value: unknown, ms = 10): Run {
  return ({ clock }) => later(clock, ms, value);
}

/** A tool whose calls the host undoes, with `of` as the parameter. */
export function undoneBy(of: string, run: Run, more: Partial<ToolUnderTest> = {}): ToolUnderTest {
  return { reversibility: "compensable", compensation: { tool: "undo", parameters: { of } }, run, ...more };
}

/** Runs the calls, tolerant ones, together with one that aborts, and tells what became of the first of them. */
export async function abort(rig: Rig, ...calls: Parameters<Rig["run"]>[0]) {
  undone.length = 0;
  const result = await rig.run([...calls.map((one) => ({ ...one, ...SKIP })), call("bad", "breaks")]);
  assertEqual(result.status, "rolled_back", "status");
  const [first] = result.results;
  return { result, undone: [...undone], compensated: first?.compensated, left: result.external_effects };
}
