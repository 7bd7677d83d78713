import { expect, it } from "vitest";
import { systemIds } from "./system-ids.js";

it("gives as many bytes as were asked for, also across a refill, and never the same ones twice", () => {
  for (const bytes of [0, 1, 8, 16, 3_000])
    expect(systemIds.hex(bytes)).toMatch(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
  const ids = Array.from({ length: 2_000 }, () => systemIds.hex(16));
  expect(new Set(ids).size).toBe(ids.length);
});

it("gives every value of a byte", () => {
  expect(new Set(systemIds.hex(20_000).match(/../g)).size).toBe(256);
});
