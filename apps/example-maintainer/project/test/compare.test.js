import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compare, format, parse } from "tidy-duration";

describe("compare", () => {
  it("orders written durations and milliseconds alike", () => {
    assert.deepEqual(["2m", "90s", "1h"].sort(compare), ["90s", "2m", "1h"]);
    assert.ok(compare("1m", 60_000) === 0);
  });
});

describe("parse and format", () => {
  it("undo each other for whole seconds", () => {
    for (const seconds of [1, 59, 60, 61, 3_599, 86_400, 123_456]) {
      assert.equal(parse(format(seconds * 1_000)), seconds * 1_000);
    }
  });
});
