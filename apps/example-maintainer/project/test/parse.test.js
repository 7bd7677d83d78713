import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DurationError, parse } from "tidy-duration";

describe("parse", () => {
  it("adds up the parts, with or without spaces", () => {
    assert.equal(parse("1h 30m"), 5_400_000);
    assert.equal(parse("1d2h3m4s5ms"), 93_784_005);
  });

  it("reads fractions and signs", () => {
    assert.equal(parse("1.5h"), 5_400_000);
    assert.equal(parse(" -90s "), -90_000);
  });

  for (const text of ["", "-", "ninety", "1h 30", "1h, 30m", "3 weeks"]) {
    it(`refuses "${text}"`, () => {
      assert.throws(() => parse(text), DurationError);
    });
  }
});
