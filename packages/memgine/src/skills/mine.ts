import type { JsonObject, JsonValue } from "@car/ir";
import { jsonEqual, sha256Hex } from "@car/ir";
import type { Skill, SkillStep } from "./skill.js";

/** One run, as far as something can be learned from it. */
export interface Trace {
  readonly run_id: string;
  /** What it was for, if the proposal's context said so. */
  readonly goal: string;
  readonly succeeded: boolean;
  readonly steps: readonly SkillStep[];
  /** State keys that the run relied on. */
  readonly keys: readonly string[];
  readonly failure?: string;
}

/** When a sequence of tools is worth keeping. */
export interface MiningRules {
  /** Successful runs that had it. Default 3. */
  readonly support: number;
  /** Share of the runs that had it and succeeded. Default 0.8. */
  readonly confidence: number;
  /** Longest sequence. Default 6. */
  readonly longest: number;
}

export const MINING_RULES: MiningRules = { support: 3, confidence: 0.8, longest: 6 };
const SHORTEST = 2;
const NAMED_GOALS = 3;

interface Seen {
  readonly tools: readonly string[];
  readonly successes: { readonly trace: Trace; readonly start: number }[];
  failures: number;
}

/** Sequences of tools that lead to success again and again, the longest of those that occur equally often. Pure. */
export function mineSkills(traces: readonly Trace[], rules: MiningRules = MINING_RULES): readonly Skill[] {
  const seen = new Map<string, Seen>();
  for (const trace of traces) countSequences(seen, trace, rules.longest);
  const frequent = [...seen.values()].filter(({ successes, failures }) => {
    return successes.length >= rules.support && successes.length / (successes.length + failures) >= rules.confidence;
  });
  return frequent
    .filter((one) => !frequent.some((other) => extendsSequence(other, one)))
    .map(skillOf)
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}

function countSequences(seen: Map<string, Seen>, trace: Trace, longest: number): void {
  const counted = new Set<string>();
  for (let start = 0; start < trace.steps.length; start += 1) {
    for (let length = SHORTEST; length <= longest && start + length <= trace.steps.length; length += 1) {
      const tools = trace.steps.slice(start, start + length).map(({ tool }) => tool);
      const name = JSON.stringify(tools);
      if (counted.has(name)) continue;
      counted.add(name);
      const entry = seen.get(name) ?? { tools, successes: [], failures: 0 };
      if (trace.succeeded) entry.successes.push({ trace, start });
      else entry.failures += 1;
      seen.set(name, entry);
    }
  }
}

/** Whether `longer` contains `shorter` and occurs as often: then the shorter one says nothing new. */
function extendsSequence(longer: Seen, shorter: Seen): boolean {
  if (longer.tools.length <= shorter.tools.length || longer.successes.length < shorter.successes.length) return false;
  return `|${longer.tools.join("|")}|`.includes(`|${shorter.tools.join("|")}|`);
}

function skillOf({ tools, successes }: Seen): Skill {
  const traces = successes.map(({ trace }) => trace);
  const goals = [...new Set(traces.map(({ goal }) => goal).filter((goal) => goal !== ""))].slice(0, NAMED_GOALS);
  const name = tools.join(", then ");
  return {
    id: `skill-${sha256Hex(JSON.stringify(tools)).slice(0, 12)}`,
    name,
    description: [...goals, name].join("; "),
    domain: goals[0] ?? tools[0] ?? "",
    steps: tools.map((tool, at) => ({
      tool,
      parameters: commonParameters(successes.map(({ trace, start }) => trace.steps[start + at]?.parameters ?? {})),
    })),
    preconditions: commonKeys(traces),
    state: "provisional",
    successes: 0,
    failures: 0,
    version: 1,
    origin: "mined",
    recent_failures: [],
  };
}

function commonParameters(all: readonly JsonObject[]): JsonObject {
  const [first = {}, ...rest] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((other) => isSame(other[name], value))),
  );
}

function isSame(left: JsonValue | undefined, right: JsonValue): boolean {
  return left !== undefined && jsonEqual(left, right);
}

function commonKeys(traces: readonly Trace[]): readonly string[] {
  const [first, ...rest] = traces;
  return [...new Set(first?.keys ?? [])].filter((key) => rest.every(({ keys }) => keys.includes(key))).sort();
}
