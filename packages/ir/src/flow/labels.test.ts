import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LAW } from "../testing/arbitrary-json.js";
import { joinLabels, labelSet, NO_LABELS, withoutLabels } from "./labels.js";

const anyLabels = fc.array(fc.constantFrom("a", "b", "c", "Z", "ä"), { maxLength: 6 });
const plain = (labels: Iterable<string>): readonly string[] => [...new Set(labels)].sort();

describe("labels", () => {
  it("[IR-60] [6.4] are sets: each once, in order, joined and taken away as sets are", () => {
    const law = fc.property(anyLabels, anyLabels, (left, right) => {
      const [a, b] = [labelSet(left), labelSet(right)];
      expect(a).toEqual(plain(left));
      expect(joinLabels(a, b)).toEqual(plain([...left, ...right]));
      expect(withoutLabels(a, right)).toEqual(plain(left.filter((label) => !right.includes(label))));
      expect([a, b, joinLabels(a, b), withoutLabels(a, right)].every(Object.isFrozen)).toBe(true);
    });
    fc.assert(law, LAW);
  });

  it("[IR-60] are given back where they are the answer, and the empty set is one object", () => {
    const both = labelSet(["b", "a"]);
    expect(joinLabels(both, labelSet(["a"]))).toBe(both);
    expect(joinLabels(NO_LABELS, both)).toBe(both);
    expect(withoutLabels(both, ["c"])).toBe(both);
    expect(withoutLabels(both, ["a", "b"])).toBe(NO_LABELS);
    expect(labelSet([])).toBe(NO_LABELS);
  });
});
