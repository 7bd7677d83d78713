import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesKey, patternsOverlap } from "./key-pattern.js";
import { KeyPatterns } from "./key-patterns.js";
import { type KeyNode, KeyTree } from "./key-tree.js";

interface Named {
  name: string | undefined;
}

const anyText = fc.string({ unit: fc.constantFrom("a", "b", "€"), maxLength: 5 });
const anyPattern = fc.tuple(anyText, fc.boolean()).map(([text, isPrefix]) => (isPrefix ? `${text}*` : text));
const anyPatterns = fc.array(anyPattern, { maxLength: 20 });

function treeOf(patterns: readonly string[]): KeyTree<Named> {
  const tree = new KeyTree<Named>(() => ({ name: undefined }));
  for (const pattern of patterns) tree.at(pattern).value.name = pattern;
  return tree;
}

function above(start: KeyNode<Named>): string[] {
  const found: string[] = [];
  for (let node: KeyNode<Named> | undefined = start; node !== undefined; node = node.parent) {
    if (node.value.name !== undefined) found.push(node.value.name);
  }
  return found.sort();
}

function below({ value, children }: KeyNode<Named>): string[] {
  const own = value.name === undefined ? [] : [value.name];
  return [...own, ...[...children.values()].flatMap(below)].sort();
}

const sorted = (patterns: Iterable<string>): string[] => [...new Set(patterns)].sort();

describe("the tree of keys", () => {
  it("[IR-42] [4.2] has above and below a pattern exactly those that overlap it", () => {
    fc.assert(
      fc.property(anyPatterns, anyPattern, (patterns, pattern) => {
        const node = treeOf([...patterns, pattern]).at(pattern);
        const overlapping = sorted([...patterns, pattern].filter((each) => patternsOverlap(each, pattern)));
        expect(sorted([...above(node), ...below(node)])).toEqual(overlapping);
      }),
    );
  });

  it("[IR-42] [4.2] finds what covers a key without making a place for it", () => {
    fc.assert(
      fc.property(anyPatterns, anyText, (patterns, key) => {
        const tree = treeOf(patterns);
        const covering = sorted(patterns.filter((each) => matchesKey(each, key)));
        expect(above(tree.nearest(key))).toEqual(covering);
        expect(below(tree.at("*"))).toEqual(sorted(patterns));
      }),
    );
  });

  it("[IR-42] [4.2] says whether all keys of a pattern are covered by one of a set", () => {
    fc.assert(
      fc.property(anyPatterns, anyPattern, (members, pattern) => {
        const set = new KeyPatterns();
        for (const each of members) set.add(each);
        const isCovered = members.some((each) => each === pattern || (each.endsWith("*") && matchesKey(each, pattern)));
        expect(set.covers(pattern)).toBe(isCovered);
      }),
    );
  });

  it("[IR-42] leaves all others in place when one is taken out", () => {
    fc.assert(
      fc.property(anyPatterns, fc.array(fc.nat(), { maxLength: 20 }), (patterns, chosen) => {
        const tree = treeOf(patterns);
        const left = new Set(patterns);
        for (const pattern of chosen.map((each) => patterns[each % Math.max(patterns.length, 1)] ?? "")) {
          if (!left.delete(pattern)) continue;
          const node = tree.at(pattern);
          node.value.name = undefined;
          tree.remove(node, ({ name }) => name === undefined);
          expect(below(tree.at("*"))).toEqual(sorted(left));
        }
      }),
    );
  });

  it("[IR-42] tells the value of a new place what is below it", () => {
    const tree = new KeyTree<{ from: unknown }>((from) => ({ from }));
    const lower = tree.at("abc").value;
    expect(tree.at("ab*").value.from).toBe(lower);
    expect(tree.at("x").value.from).toBeUndefined();
  });
});
