import { describe, expect, it } from "vitest";
import { tomlPlaces } from "./toml-places.js";

const TEXT = `# a comment with [brackets] and "quotes
a = 1
b.c = """
[not.a.header]
d = 2 \\"""
"""
e = '''it's
[[no]]'''
f = [ "]", # ]
  { g = 1 } ]
h = { i = "[", j = 2 }

[ k . "l.m" ]
n = 'x'

[[o]]
p = 1
[o.q]
r = 1
[[o]]
[[o.s]]
[[o.s]]
t = ""
`;

const lineOf = (...path: (string | number)[]): number | undefined => tomlPlaces(TEXT).find(path)?.line;

describe("tomlPlaces", () => {
  it("[PO-51] knows the lines of keys, past strings, lists and comments that look like something else", () => {
    expect([lineOf("a"), lineOf("b", "c"), lineOf("e"), lineOf("f"), lineOf("h")]).toEqual([2, 3, 7, 9, 11]);
  });

  it("[PO-51] knows the lines of tables and of what is in them", () => {
    expect([lineOf("k", "l.m"), lineOf("k", "l.m", "n")]).toEqual([13, 14]);
    expect([lineOf("o", 0), lineOf("o", 0, "p"), lineOf("o", 0, "q"), lineOf("o", 0, "q", "r")]).toEqual([
      16, 17, 18, 19,
    ]);
    expect([lineOf("o", 1), lineOf("o", 1, "s", 0), lineOf("o", 1, "s", 1, "t")]).toEqual([20, 21, 23]);
  });

  it("[PO-51] gives what it has no line for the line of what is around it", () => {
    expect([lineOf("f", 1, "g"), lineOf("h", "j"), lineOf("o", 1, "missing")]).toEqual([9, 11, 20]);
    expect(lineOf("nowhere")).toBeUndefined();
  });
});
