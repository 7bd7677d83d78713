import { type JsonObject, type JsonValue, matchesKey } from "@car/ir";
import { isPrefixPattern } from "@car/ir/internal";
import type { OperatorData } from "../schema/operators.js";
import type { EarlierCall, PolicySituation } from "../situation/policy-situation.js";
import type { Look } from "./dimensions.js";
import { valueSamples } from "./value-samples.js";

/** A part of a situation. */
export interface Fragment {
  readonly parameters?: JsonObject;
  readonly state?: Readonly<Record<string, JsonValue>>;
  readonly history?: readonly EarlierCall[];
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  readonly sources?: NonNullable<PolicySituation["sources"]>;
  readonly sink?: boolean;
}

/** The ways in which one thing can be, as far as the rules can tell them apart. */
export interface Options {
  readonly fragments: readonly Fragment[];
  readonly undecided?: string;
}

/** Ways beyond which nothing is enumerated. */
export const MAX_FRAGMENTS = 20_000;

const TOO_MANY = "there are too many combinations";

/** All looks at one thing, as the ways in which it can be. `bounds` are limits on the number of calls. */
export function optionsOf(looks: readonly Look[], bounds: readonly number[]): Options {
  const [{ kind, path }] = looks as [Look];
  switch (kind) {
    case "param":
    case "state":
      return valueOptions(looks);
    case "sink":
      return { fragments: [{}, { sink: true }] };
    case "source": {
      const places = ["request", "trusted", "designated", "unknown", "labelled"] as const;
      return { fragments: places.map((source) => ({ sources: { [path[0]!]: source } })) };
    }
    case "label":
      return labelOptions(looks);
    case "history":
      return historyOptions(looks, bounds);
  }
}

function valueOptions(looks: readonly Look[]): Options {
  const { kind, path } = looks.find((look) => look.path.length > 1) ?? looks[0]!;
  const isOnePath = looks.every((look) => look.condition === undefined || look.path.join("\0") === path.join("\0"));
  const { values, undecided } = valueSamples(
    looks.flatMap(({ condition }): OperatorData[] => (condition === undefined ? [] : [condition])),
  );
  const fragments = values.map((value): Fragment => {
    if (value === undefined) return {};
    return kind === "state" ? { state: { [path[0]!]: value } } : { parameters: wrapped(path, value) };
  });
  const why = isOnePath ? undecided : `conditions on \`${path[0]}\` look at different depths`;
  return { fragments, ...(why !== undefined && { undecided: why }) };
}

function wrapped(path: readonly string[], value: JsonValue): JsonObject {
  return path.reduceRight<JsonValue>((inner, name) => Object.fromEntries([[name, inner]]), value) as JsonObject;
}

function labelOptions(looks: readonly Look[]): Options {
  const marks = [...new Map(looks.map(({ path }) => [path.join("\0"), path])).values()];
  if (2 ** marks.length > MAX_FRAGMENTS) return { fragments: [{}], undecided: TOO_MANY };
  const fragments = marks.reduce<readonly Fragment[]>(
    (all, [param = "", label = ""]) => [
      ...all,
      ...all.map(({ labels = {} }) => ({ labels: { ...labels, [param]: [...(labels[param] ?? []), label] } })),
    ],
    [{}],
  );
  return { fragments };
}

function historyOptions(looks: readonly Look[], bounds: readonly number[]): Options {
  const patterns = [...new Set(looks.map(({ path }) => path[0]!))];
  const tools = representatives(patterns);
  const counts = countSamples(bounds, tools.length);
  if ((2 * counts.length + 1) ** tools.length > MAX_FRAGMENTS) return { fragments: [{}], undecided: TOO_MANY };
  const fragments = tools.reduce<readonly Fragment[]>(
    (all, tool) =>
      all.flatMap(({ history = [] }) => [
        { history },
        ...counts.flatMap((times) =>
          [true, false].map((succeeded) => ({ history: [...history, { tool, times, succeeded }] })),
        ),
      ]),
    [{ history: [] }],
  );
  return { fragments };
}

/** One name for each set of tools that the patterns tell apart. */
export function representatives(patterns: readonly string[]): readonly string[] {
  const exact = patterns.filter((pattern) => !isPrefixPattern(pattern));
  const taken = new Set(patterns);
  const fresh = patterns.filter(isPrefixPattern).map((pattern) => {
    const prefix = pattern.slice(0, -1);
    for (let number = 1; ; number++) {
      const name = `${prefix}other${number === 1 ? "" : number}`;
      const isDeeper = patterns.some((each) => each.length > pattern.length && matchesKey(each, name));
      if (!taken.has(name) && !isDeeper) return name;
    }
  });
  return [...new Set([...exact, ...fresh])];
}

/** Numbers of calls at which some bound, over some of the tools, is just met or just not. */
function countSamples(bounds: readonly number[], tools: number): readonly number[] {
  const counts = new Set([1]);
  for (const bound of bounds) {
    for (const other of [0, ...bounds]) {
      for (let others = -1; others < tools; others++) counts.add(bound - other - others).add(bound - others);
    }
  }
  return [...counts].filter((count) => count > 0).sort((left, right) => left - right);
}
