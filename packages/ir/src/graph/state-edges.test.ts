import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseProposal } from "../proposal/parse-proposal.js";
import { patternsOverlap } from "../state/key-pattern.js";
import { type ActionGraph, buildActionGraph } from "./action-graph.js";
import { EDGE_SUPPLY } from "./edge-list.js";

interface Draft {
  readonly reads: readonly string[];
  readonly deps: readonly string[];
  readonly writes: readonly string[];
}

type Access = Partial<Draft>;

const FULL: Draft = { reads: [], deps: [], writes: [] };

function buildOf(drafts: readonly Access[]) {
  const { actions } = parseProposal({
    actions: drafts.map((draft, index) => {
      const { reads, deps, writes } = { ...FULL, ...draft };
      const sets = { read_set: [...reads], state_dependencies: [...deps], write_set: [...writes] };
      return { id: `a${index}`, type: "tool_call", tool: "t", ...sets };
    }),
  });
  return buildActionGraph({ actions, effectsOf: () => [] });
}

function graphOf(drafts: readonly Access[]): ActionGraph {
  const built = buildOf(drafts);
  if ("problems" in built) throw new Error(built.problems.map(({ message }) => message).join());
  return built.graph;
}

function edgesOf({ size, offsets, targets, kinds }: ActionGraph): [from: number, to: number, kind: number][] {
  return Array.from({ length: size }, (_, from) =>
    Array.from({ length: offsets[from + 1]! - offsets[from]! }, (__, at): [number, number, number] => {
      const edge = offsets[from]! + at;
      return [from, targets[edge]!, kinds[edge]!];
    }),
  ).flat();
}

/** All pairs of which the second waits for the first, directly or not, as `first<second`. */
function closure(size: number, edges: readonly (readonly [from: number, to: number, ...rest: unknown[]])[]): string[] {
  const before = Array.from({ length: size }, () => new Set<number>());
  for (const [from, to] of [...edges].sort((left, right) => left[1] - right[1])) {
    before[to]!.add(from);
    for (const each of before[from]!) before[to]!.add(each);
  }
  return before.flatMap((set, to) => [...set].map((from) => `${from}<${to}`)).sort();
}

/** The rule word for word: every action is compared with every one before it, by every pair of their keys. */
class Reference {
  private readonly drafts: readonly Draft[];

  constructor(drafts: readonly Draft[]) {
    this.drafts = drafts;
  }

  edges(): [number, number][] {
    return this.drafts.flatMap((second, to) =>
      this.drafts.slice(0, to).flatMap((first, from): [number, number][] => {
        const conflict =
          meet(first.writes, [...second.reads, ...second.deps, ...second.writes]) ||
          meet([...first.reads, ...first.deps], second.writes);
        return conflict ? [[from, to]] : [];
      }),
    );
  }

  supplies(): string[] {
    const found = this.drafts.flatMap(({ deps }, to) =>
      deps.flatMap((key) => {
        const writers = this.writersOf(key).filter((writer) => writer < to);
        return writers.length === 1 ? [`${writers[0]}<${to}`] : [];
      }),
    );
    return [...new Set(found)].sort();
  }

  late(): { action: number; key: string; writer: number }[] {
    return this.drafts.flatMap(({ deps }, action) =>
      deps.flatMap((key) => {
        const writers = this.writersOf(key);
        const last = writers.at(-1) ?? -1;
        return last > action && writers.every((writer) => writer >= action) ? [{ action, key, writer: last }] : [];
      }),
    );
  }

  keys(): { reads: string[]; writes: string[] } {
    const writes = new Set(this.drafts.flatMap((draft) => draft.writes));
    const reads = new Set(this.drafts.flatMap(({ deps, reads: more }) => [...deps, ...more]));
    return { reads: [...reads].filter((key) => !writes.has(key)).sort(), writes: [...writes].sort() };
  }

  private writersOf(key: string): number[] {
    return this.drafts.flatMap(({ writes }, index) => (meet(writes, [key]) ? [index] : []));
  }
}

function meet(left: readonly string[], right: readonly string[]): boolean {
  return left.some((each) => right.some((other) => patternsOverlap(each, other)));
}

const anyText = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 4 });
const anyKey = fc.oneof(
  { weight: 3, arbitrary: anyText.map((text) => `${text}*`) },
  { weight: 2, arbitrary: anyText.map((text) => `k${text}`) },
  { weight: 2, arbitrary: anyText.filter((text) => text !== "") },
);
const anyDraft = fc.record({
  reads: fc.uniqueArray(anyKey, { maxLength: 3 }),
  deps: fc.uniqueArray(anyKey, { maxLength: 1 }),
  writes: fc.uniqueArray(anyKey, { maxLength: 3 }),
});
const anyDrafts = fc.array(anyDraft, { minLength: 2, maxLength: 14 });

describe("the state's edges", () => {
  it("[GR-1] [3.1] make each action wait for exactly those that the rule names, and for what these wait for", () => {
    fc.assert(
      fc.property(anyDrafts, (drafts) => {
        const graph = graphOf(drafts);
        expect(closure(graph.size, edgesOf(graph))).toEqual(closure(graph.size, new Reference(drafts).edges()));
      }),
      { numRuns: 1_000 },
    );
  });

  it("[GR-2] [GR-3] [3.4] tell a dependency's only writer, and those that come too late, as the rule does", () => {
    fc.assert(
      fc.property(anyDrafts, (drafts) => {
        const graph = graphOf(drafts);
        const reference = new Reference(drafts);
        const supplies = edgesOf(graph).filter(([, , kind]) => kind === EDGE_SUPPLY);
        expect(supplies.map(([from, to]) => `${from}<${to}`).sort()).toEqual(reference.supplies());
        expect(graph.late).toEqual(reference.late());
        const { reads, writes } = graph.keys;
        expect({ reads: [...reads].sort(), writes: [...writes].sort() }).toEqual(reference.keys());
      }),
      { numRuns: 1_000 },
    );
  });

  it("[GR-1] [3.1] leave out what others imply", () => {
    const chain = Array.from({ length: 50 }, (_, index): Access => ({ reads: ["s/*"], writes: [`s/${index}`] }));
    expect(edgesOf(graphOf(chain))).toHaveLength(49);
    const ladder = Array.from({ length: 50 }, (_, index): Access => ({ writes: [`${"a".repeat(index)}*`] }));
    expect(edgesOf(graphOf(ladder))).toHaveLength(49);
    expect(edgesOf(graphOf([...ladder].reverse()))).toHaveLength(49);
    const keys = Array.from({ length: 50 }, (_, index) => `s/${index}`);
    const readers = Array.from({ length: 50 }, (): Access => ({ reads: ["s/*", "s/1*"] }));
    expect(edgesOf(graphOf([{ writes: keys }, ...readers, { writes: ["*"] }]))).toHaveLength(101);
  });

  it.each<[string, readonly Access[]]>([
    ["a ladder of prefixes", Array.from({ length: 1_000 }, (_, at) => ({ writes: [`${"a".repeat(at)}*`, `k${at}`] }))],
    ["prefixes without any conflict", lists(300, (at, each) => `d${at}x${each}*`)],
    ["exact keys beside prefixes", lists(300, (at, each) => (each % 2 === 0 ? `${at}/${each}` : `x${each}${at}/*`))],
    ["everybody reads everything", Array.from({ length: 4_000 }, (_, at) => ({ reads: ["*"], writes: [`k${at}`] }))],
    ["everybody writes everything", Array.from({ length: 4_000 }, () => ({ reads: ["*"], writes: ["*"] }))],
    [
      "many readers of many keys",
      [{ writes: many(4_000) }, ...Array.from({ length: 4_000 }, () => ({ reads: ["k*"] }))],
    ],
    ["long common beginnings", lists(200, (at, each) => `${"tenant/".repeat(40)}${at}/${each}*`)],
  ])("[GR-9] [2.1] cost time in proportion to the keys: %s", (_, drafts) => {
    const graph = graphOf(drafts);
    expect(edgesOf(graph).length).toBeLessThanOrEqual(2 * graph.size);
  });

  it("[GR-9] [2.1] stop when there are too many places to look at, and say which limit that is", () => {
    const readers = Array.from({ length: 2_100 }, (): Access => ({ reads: ["x/*"] }));
    const writers = Array.from({ length: 1_000 }, (_, index): Access => ({ writes: [`x/${index}`] }));
    expect(buildOf([...readers, ...writers])).toMatchObject({
      problems: [
        { code: "invalid", limit: "max_conflicts", message: expect.stringMatching(/more than 2000000/) as string },
      ],
    });
  });
});

function many(count: number): string[] {
  return Array.from({ length: count }, (_, each) => `k${each}`);
}

/** Actions that write a hundred keys each. */
function lists(size: number, key: (at: number, each: number) => string): Access[] {
  return Array.from({ length: size }, (_, at) => {
    return { writes: Array.from({ length: 100 }, (__, each) => key(at, each)) };
  });
}
