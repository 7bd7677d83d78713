import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LAW } from "../testing/arbitrary-json.js";
import { epochMsOf } from "./epoch-ms.js";
import { rfc3339 } from "./rfc3339.js";

describe("rfc3339", () => {
  it.each([
    [0, "1970-01-01T00:00:00.000Z"],
    [1_767_225_600_123.999, "2026-01-01T00:00:00.123Z"],
    [-0.5, "1969-12-31T23:59:59.999Z"],
  ])("[IR-36] %d is %s", (ms, text) => {
    expect(rfc3339(ms)).toBe(text);
    expect(rfc3339(ms)).toBe(text);
  });

  it("[IR-36] any time reads back as the millisecond it was in", () => {
    const law = fc.property(
      fc.integer({ min: 0, max: 4_000_000_000_000 }),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      (ms, part) => {
        return epochMsOf(rfc3339(ms + part)) === ms;
      },
    );
    fc.assert(law, LAW);
  });

  it("[IR-36] what is no time reads as NaN", () => {
    expect(epochMsOf("yesterday")).toBeNaN();
  });
});
