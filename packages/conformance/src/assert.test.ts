import { StoreClosedError } from "@car/ir";
import { describe, expect, it } from "vitest";
import { assertEqual, AssertionError, assertRejectsCode, assertThrowsCode } from "./assert.js";

const closed = (): never => {
  throw new StoreClosedError("closed");
};

describe("assertEqual", () => {
  it.each([
    [1, 1],
    [NaN, NaN],
    [
      { a: 1, b: [null, { c: "x" }] },
      { b: [null, { c: "x" }], a: 1 },
    ],
    [{ a: undefined }, {}],
    [undefined, undefined],
    [[undefined], [undefined]],
    [JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 1}')],
  ])("[CF-3] takes %o and %o for equal", (left, right) => {
    expect(() => assertEqual(left, right)).not.toThrow();
    expect(() => assertEqual(right, left)).not.toThrow();
  });

  it.each([
    [1, "1"],
    [null, undefined],
    [[undefined], [null]],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, undefined]],
    [[], {}],
    [{ a: null }, {}],
    [{ a: 1 }, { a: 1, b: 2 }],
    [JSON.parse('{"__proto__": {}}'), {}],
  ])("[CF-3] tells %o from %o", (left, right) => {
    expect(() => assertEqual(left, right)).toThrow(AssertionError);
    expect(() => assertEqual(right, left)).toThrow(AssertionError);
  });

  it("[CF-3] names the thing and shows both sides, `undefined` too, without end in neither", () => {
    expect(() => assertEqual([1, undefined], { a: NaN }, "keys")).toThrow(
      'keys: expected {"a":"<NaN>"}, got [1,"<undefined>"]',
    );
    const long = "x".repeat(10_000);
    const message = String(errorOf(() => assertEqual(long, 1)));
    expect(message.length).toBeLessThan(700);
  });
});

describe("assertThrowsCode and assertRejectsCode", () => {
  it("[CF-4] give the error when the code is right", async () => {
    expect(assertThrowsCode("CAR_STORE_CLOSED", closed)).toBeInstanceOf(StoreClosedError);
    expect(await assertRejectsCode("CAR_STORE_CLOSED", closed)).toBeInstanceOf(StoreClosedError);
    expect(await assertRejectsCode("CAR_STORE_CLOSED", async () => closed())).toBeInstanceOf(StoreClosedError);
  });

  it.each([
    ["nothing is thrown", () => 1],
    ["the code is another", closed],
    [
      "an error has no code",
      () => {
        throw new Error("plain");
      },
    ],
  ])("[CF-4] object when %s", async (_why, body) => {
    expect(() => assertThrowsCode("CAR_LOG_CLOSED", body)).toThrow(AssertionError);
    await expect(assertRejectsCode("CAR_LOG_CLOSED", body)).rejects.toThrow(AssertionError);
  });

  it("[CF-4] a rejection is not thrown at once", async () => {
    const rejection = Promise.reject(new StoreClosedError("closed"));
    expect(() => assertThrowsCode("CAR_STORE_CLOSED", () => rejection)).toThrow(AssertionError);
    await expect(rejection).rejects.toThrow();
  });
});

function errorOf(body: () => void): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}
