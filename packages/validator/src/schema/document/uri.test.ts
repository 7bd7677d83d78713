import { describe, expect, it } from "vitest";
import { resolveUri, splitFragment } from "./uri.js";

describe("resolveUri", () => {
  const base = "http://a/b/c/d;p?q";

  // The examples of RFC 3986, sections 5.4.1 and 5.4.2, without those that have a fragment.
  it.each([
    ["g:h", "g:h"],
    ["g", "http://a/b/c/g"],
    ["./g", "http://a/b/c/g"],
    ["g/", "http://a/b/c/g/"],
    ["/g", "http://a/g"],
    ["//g", "http://g"],
    ["?y", "http://a/b/c/d;p?y"],
    ["g?y", "http://a/b/c/g?y"],
    [";x", "http://a/b/c/;x"],
    ["g;x?y", "http://a/b/c/g;x?y"],
    ["", "http://a/b/c/d;p?q"],
    [".", "http://a/b/c/"],
    ["./", "http://a/b/c/"],
    ["..", "http://a/b/"],
    ["../", "http://a/b/"],
    ["../g", "http://a/b/g"],
    ["../..", "http://a/"],
    ["../../g", "http://a/g"],
    ["../../../g", "http://a/g"],
    ["/./g", "http://a/g"],
    ["/../g", "http://a/g"],
    ["g.", "http://a/b/c/g."],
    ["..g", "http://a/b/c/..g"],
    ["./../g", "http://a/b/g"],
    ["g/./h", "http://a/b/c/g/h"],
    ["g/../h", "http://a/b/c/h"],
    ["g;x=1/../y", "http://a/b/c/y"],
    ["g?y/../x", "http://a/b/c/g?y/../x"],
  ])("[VA-20] resolves `%s` as RFC 3986 does", (reference, expected) => {
    expect(resolveUri(base, reference)).toBe(expected);
  });

  it("[VA-20] takes a base without a scheme, without a path, and a URN", () => {
    expect(resolveUri("", "item.json")).toBe("item.json");
    expect(resolveUri("http://a", "b")).toBe("http://a/b");
    expect(resolveUri("urn:uuid:1", "")).toBe("urn:uuid:1");
    expect(resolveUri("http://a/b", "urn:x:y")).toBe("urn:x:y");
  });

  it("[VA-20] splits at the first `#`", () => {
    expect(splitFragment("a#b#c")).toEqual({ document: "a", fragment: "b#c" });
    expect(splitFragment("a")).toEqual({ document: "a", fragment: "" });
  });
});
