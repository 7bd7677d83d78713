import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DurationError, format } from "tidy-duration";

describe("format", () => {
  it("writes every unit that is not zero", () => {
    assert.equal(format(5_400_000), "1h 30m");
    assert.equal(format(90_061_000), "1d 1h 1m 1s");
    assert.equal(format(3_601_000), "1h 1s");
  });

  it("rounds to the nearest of the smallest unit", () => {
    assert.equal(format(1_499), "1s");
    assert.equal(format(1_500), "2s");
    assert.equal(format(5_400_000, { smallest: "h" }), "2h");
  });

  it("writes milliseconds when asked", () => {
    assert.equal(format(1_250, { smallest: "ms" }), "1s 250ms");
  });

  it("writes no more units than asked", () => {
    assert.equal(format(90_061_000, { largest: 2 }), "1d 1h");
  });

  it("writes zero and negative durations", () => {
    assert.equal(format(0), "0s");
    assert.equal(format(400), "0s");
    assert.equal(format(-90_000), "-1m 30s");
  });

  it("refuses a unit that does not exist", () => {
    assert.throws(() => format(1, { smallest: "weeks" }), DurationError);
  });
});
