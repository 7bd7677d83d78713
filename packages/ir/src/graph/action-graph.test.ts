import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseProposal } from "../proposal/parse-proposal.js";
import { type ActionGraph, type ActionGraphResult, buildActionGraph } from "./action-graph.js";
import { EDGE_DATA, EDGE_ORDER, EDGE_SUPPLY } from "./edge-list.js";
import type { KeyConflict } from "./state-edges.js";

interface Draft {
  readonly reads?: readonly string[];
  readonly deps?: readonly string[];
  readonly writes?: readonly string[];
  readonly after?: readonly number[];
}

function build(drafts: readonly Draft[], onConflict?: (conflict: KeyConflict) => void): ActionGraphResult {
  const { actions } = parseProposal({
    actions: drafts.map(({ reads = [], deps = [], writes = [], after = [] }, index) => ({
      id: `a${index}`,
      type: "tool_call",
      tool: "t",
      read_set: [...reads],
      state_dependencies: [...deps],
      write_set: [...writes],
      dependencies: after.map((each) => `a${each}`),
    })),
  });
  return buildActionGraph({ actions, effectsOf: () => [], onConflict });
}

function graphOf(drafts: readonly Draft[], onConflict?: (conflict: KeyConflict) => void): ActionGraph {
  const built = build(drafts, onConflict);
  if ("problems" in built) throw new Error(built.problems.map(({ message }) => message).join());
  return built.graph;
}

/** Edges as `from>to:kind`, without repeats. */
function edges({ offsets, targets, kinds, size }: ActionGraph): string[] {
  const found = new Set<string>();
  for (let from = 0; from < size; from++) {
    for (let e = offsets[from]!; e < offsets[from + 1]!; e++) found.add(`${from}>${targets[e]}:${kinds[e]}`);
  }
  return [...found].sort();
}

/** For each action, everything it has to wait for, directly or not. */
function ancestors(graph: ActionGraph): string[][] {
  const found = Array.from({ length: graph.size }, () => new Set<number>());
  for (const from of graph.order) {
    for (let e = graph.offsets[from]!; e < graph.offsets[from + 1]!; e++) {
      const to = graph.targets[e]!;
      found[to]!.add(from);
      for (const each of found[from]!) found[to]!.add(each);
    }
  }
  return found.map((set) => [...set].map(String).sort());
}

const anyKey = fc.constantFrom("a", "b", "c", "ab");
const anyKeys = fc.uniqueArray(anyKey, { maxLength: 2 });
const anyDraft = (index: number) =>
  fc.record({
    reads: anyKeys,
    deps: anyKeys,
    writes: anyKeys,
    after: index === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat({ max: index - 1 }), { maxLength: 2 }),
  });
const anyDrafts = fc
  .integer({ min: 1, max: 8 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, index) => anyDraft(index))));

describe("the action graph", () => {
  it("[GR-1] [3.1] orders reads after writes, writes after reads and writes after writes", () => {
    expect(edges(graphOf([{ writes: ["k"] }, { reads: ["k"] }, { writes: ["k"] }]))).toEqual([
      `0>1:${EDGE_ORDER}`,
      `0>2:${EDGE_ORDER}`,
      `1>2:${EDGE_ORDER}`,
    ]);
  });

  it("[GR-1] [3.1] does so along the topological order, not the list's", () => {
    const graph = graphOf([{ writes: ["k"], after: [1] }, { reads: ["k"] }]);
    expect([...graph.order]).toEqual([1, 0]);
    expect(edges(graph)).toEqual([`1>0:${EDGE_ORDER}`, `1>0:${EDGE_DATA}`].sort());
  });

  it("[GR-2] [3.4] marks a dependency whose only earlier writer is the start of its edge", () => {
    expect(edges(graphOf([{ writes: ["k"] }, { deps: ["k"] }]))).toContain(`0>1:${EDGE_SUPPLY}`);
    expect(edges(graphOf([{ writes: ["k"] }, { writes: ["k"] }, { deps: ["k"] }]))).not.toContain(`1>2:${EDGE_SUPPLY}`);
  });

  it("[GR-2] [3.4] counts a writer once, however often it declares the key", () => {
    const supply = `0>1:${EDGE_SUPPLY}`;
    expect(edges(graphOf([{ writes: ["k", "k*"] }, { deps: ["k"] }]))).toContain(supply);
    expect(edges(graphOf([{ writes: ["k*", "*"] }, { deps: ["k"] }]))).toContain(supply);
    expect(edges(graphOf([{ writes: ["k"] }, { writes: ["k*"] }, { deps: ["k"] }])).join()).not.toContain(
      `2:${EDGE_SUPPLY}`,
    );
  });

  it("[GR-3] [3.1] finds dependencies that only a later action supplies", () => {
    expect(graphOf([{ deps: ["k"] }, { writes: ["k"] }]).late).toEqual([{ action: 0, key: "k", writer: 1 }]);
    expect(graphOf([{ deps: ["k"], writes: ["k"] }, {}]).late).toEqual([]);
  });

  it("[GR-4] lets a prefix pattern conflict with every key it covers, and with overlapping patterns", () => {
    expect(edges(graphOf([{ writes: ["a/*"] }, { reads: ["a/1"] }, { writes: ["a/1/*"] }, { reads: ["b"] }]))).toEqual([
      `0>1:${EDGE_ORDER}`,
      `0>2:${EDGE_ORDER}`,
    ]);
  });

  it("[GR-5] breaks ties of the order by position, whatever the edges", () => {
    fc.assert(
      fc.property(anyDrafts, (drafts) => {
        const graph = graphOf(drafts);
        expect([...graph.order]).toEqual(drafts.map((_, index) => index));
      }),
    );
  });

  it("[GR-6] waits for the same actions whether conflicts are listed or not", () => {
    fc.assert(
      fc.property(anyDrafts, (drafts) => {
        const listed = graphOf(drafts, () => undefined);
        const quick = graphOf(drafts);
        expect(ancestors(quick)).toEqual(ancestors(listed));
        expect(quick.late).toEqual(listed.late);
        const supply = (graph: ActionGraph): string[] =>
          edges(graph).filter((edge) => edge.endsWith(`:${EDGE_SUPPLY}`));
        expect(supply(quick)).toEqual(supply(listed));
        const sorted = ({ reads, writes }: ActionGraph["keys"]) => [[...reads].sort(), [...writes].sort()];
        expect(sorted(quick.keys)).toEqual(sorted(listed.keys));
      }),
    );
  });

  it("[GR-7] reports each conflict with its kind", () => {
    const conflicts: KeyConflict[] = [];
    graphOf([{ writes: ["k"] }, { reads: ["k"] }, { writes: ["k"] }], (conflict) => conflicts.push(conflict));
    expect(conflicts).toEqual([
      { key: "k", first: 0, second: 1, kind: "RAW" },
      { key: "k", first: 0, second: 2, kind: "WAW" },
      { key: "k", first: 1, second: 2, kind: "WAR" },
    ]);
  });

  it("[GR-8] prints a cycle in the order in which its actions wait for each other", () => {
    const built = build([{ after: [2] }, { after: [0] }, { after: [1] }, {}]);
    expect(built).toMatchObject({ problems: [{ message: "dependencies form a cycle: a0 -> a2 -> a1 -> a0" }] });
  });

  it("[GR-11] [3.1] takes a key of escapes only for the text that it stands for", () => {
    const { actions } = parseProposal({
      actions: [
        { id: "w", type: "state_write", parameters: { key: "$$r.output", value: 1 } },
        { id: "r", type: "state_read", parameters: { key: "$$r.output" } },
      ],
    });
    const built = buildActionGraph({ actions, effectsOf: () => [] });
    if ("problems" in built) throw new Error(built.problems.map(({ message }) => message).join());
    expect(built.graph.keys).toEqual({ reads: [], writes: ["$r.output"] });
    expect(edges(built.graph)).toEqual([`0>1:${EDGE_ORDER}`]);
  });

  it.each([
    [{ $ref: "#/elsewhere" }, "neither text nor a reference"],
    ["$r.output", "`write_set` must name the keys"],
  ])("[GR-11] [2.1] refuses the key %j, whatever the value is", (key, message) => {
    const { actions } = parseProposal({
      actions: [
        { id: "r", type: "state_read", parameters: { key: "k" } },
        { id: "w", type: "state_write", parameters: { key, value: "$r.output" } },
      ],
    });
    expect(buildActionGraph({ actions, effectsOf: () => [] })).toMatchObject({
      problems: [{ action_id: "w", message: expect.stringContaining(message) as string }],
    });
  });
});
