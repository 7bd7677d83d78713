import { describe, expect, it } from "vitest";
import { createLru } from "./lru.js";

describe("createLru", () => {
  it("[VA-3] never holds more than its capacity and drops what was used longest ago", () => {
    const lru = createLru<number>(2);
    lru.set("a", 1);
    lru.set("b", 2);
    lru.get("a");
    lru.set("c", 3);
    expect(["a", "b", "c"].map((key) => lru.get(key))).toEqual([1, undefined, 3]);
  });

  it("[VA-3] replaces a value without dropping another", () => {
    const lru = createLru<number>(2);
    lru.set("a", 1);
    lru.set("b", 2);
    lru.set("b", 3);
    expect(["a", "b"].map((key) => lru.get(key))).toEqual([1, 3]);
  });
});
