import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonInvalidError } from "../errors/plain-errors.js";
import { anyJson, LAW } from "../testing/arbitrary-json.js";
import { isFrozenThroughout } from "../testing/is-frozen.js";
import { copyJson, copyMembers } from "./copy-json.js";
import { jsonEqual } from "./json-equal.js";
import type { JsonValue } from "./json-value.js";

const LIMITS = { maxDepth: 64, maxBytes: 1_000_000 };
const copy = (value: unknown): JsonValue => copyJson(value, LIMITS);

function problemOf(value: unknown, limits = LIMITS): string {
  try {
    copyJson(value, limits);
  } catch (error) {
    if (error instanceof JsonInvalidError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("copyJson as a law", () => {
  it("[IR-4] [4.10] the copy equals the original and is frozen throughout", () => {
    const law = fc.property(anyJson, (value) => {
      const before = JSON.stringify(value);
      const made = copy(value);
      return jsonEqual(made, value) && isFrozenThroughout(made) && JSON.stringify(value) === before;
    });
    fc.assert(law, LAW);
  });

  it("[IR-5] members come in the order of the original", () => {
    const law = fc.property(anyJson, (value) => JSON.stringify(copy(value)) === JSON.stringify(value));
    fc.assert(law, LAW);
  });

  it("[IR-6] [4.10] whatever the value, it is copied or refused with a path", () => {
    const law = fc.property(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
      (value) => {
        try {
          const made = copy(value);
          return jsonEqual(made, JSON.parse(JSON.stringify(value) ?? "null") as JsonValue);
        } catch (error) {
          return error instanceof JsonInvalidError;
        }
      },
    );
    fc.assert(law, LAW);
  });

  it("[IR-7] [4.10] what fits as text is never refused for its size", () => {
    const law = fc.property(anyJson, (value) => {
      const maxBytes = new TextEncoder().encode(JSON.stringify(value)).length;
      return jsonEqual(copyJson(value, { maxDepth: 64, maxBytes }), value);
    });
    fc.assert(law, LAW);
  });
});

describe("what copyJson shares", () => {
  it("[IR-4] nothing that can be changed", () => {
    const inner = { list: [1] };
    const made = copy({ inner, again: inner }) as { inner: unknown; again: unknown };
    inner.list.push(2);
    expect(made).toEqual({ inner: { list: [1] }, again: { list: [1] } });
    expect(made.inner).not.toBe(inner);
  });

  it.each([null, true, 0, -1.5, "text"])("[IR-4] gives %j back as it is", (value) => {
    expect(copy(value)).toBe(value);
  });

  it("[IR-4] leaves the original open", () => {
    const value = { a: [] };
    copy(value);
    expect(Object.isFrozen(value) || Object.isFrozen(value.a)).toBe(false);
  });
});

describe("what copyJson has in common with JSON.stringify", () => {
  class Point {
    readonly x = 1;
    readonly #hidden = 2;
    get sum(): number {
      return this.x + this.#hidden;
    }
  }

  it.each([
    ["an outermost undefined", undefined, null],
    ["undefined members and elements", { a: undefined, b: [undefined, 1] }, { b: [null, 1] }],
    ["holes", [1, , 3], [1, null, 3]],
    ["a date", { at: new Date(0) }, { at: "1970-01-01T00:00:00.000Z" }],
    ["a method toJSON, told its name", { k: { toJSON: (name: string) => ({ name }) } }, { k: { name: "k" } }],
    ["toJSON of what toJSON gave", { toJSON: () => ({ n: 1, toJSON: "data" }) }, { n: 1, toJSON: "data" }],
    ["an instance", new Point(), { x: 1 }],
    ["an object without prototype", Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ["boxed primitives", [new String("s"), new Number(1), new Boolean(false)], ["s", 1, false]],
    ["names that are symbols", { [Symbol("s")]: 1, a: 2 }, { a: 2 }],
    ["a member toJSON that is no function", { toJSON: 1 }, { toJSON: 1 }],
  ])("[IR-5] %s", (_, value, expected) => {
    expect(copy(value)).toEqual(expected);
  });

  it("[IR-8] [2.1] `__proto__` stays data and reaches no prototype", () => {
    const made = copy(JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}}'));
    expect(Object.keys(made as object)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect("polluted" in (made as object)).toBe(false);
  });
});

describe("what copyJson refuses", () => {
  it.each([
    [{ items: [0, 1, 2, { price: 5n }] }, "items[3].price: a BigInt is not JSON"],
    [{ "unit price": Number.NaN }, '["unit price"]: NaN is not JSON'],
    [[Infinity], "[0]: Infinity is not JSON"],
    [Number.NaN, "NaN is not JSON"],
    [() => 1, "a function is not JSON"],
    [{ f() {} }, "f: a function is not JSON"],
    [[Symbol("x")], "[0]: a symbol is not JSON"],
    [new Map([[1, 2]]), "a Map is not JSON"],
    [{ seen: new Set() }, "seen: a Set is not JSON"],
    [{ bytes: new Uint8Array(2) }, "bytes: a Uint8Array is not JSON"],
    [{ bytes: new ArrayBuffer(2) }, "bytes: an ArrayBuffer is not JSON"],
    [[Promise.resolve()], "[0]: a Promise is not JSON"],
    [{ cause: new TypeError("x") }, "cause: an Error is not JSON"],
    [{ pattern: /x/ }, "pattern: a RegExp is not JSON"],
    [{ a: "x\ud800y" }, "a: a lone surrogate has no UTF-8 form"],
    [{ "\ud800": 1 }, String.raw`["\ud800"]: a lone surrogate in a name has no UTF-8 form`],
  ])("[IR-6] [4.10] %o", (value, message) => {
    expect(problemOf(value)).toBe(message);
  });

  it("[IR-6] [4.10] a cycle, at the place where it closes", () => {
    const loop: Record<string, unknown> = { a: [1] };
    (loop["a"] as unknown[]).push(loop);
    expect(problemOf(loop)).toBe("a[1]: a cycle is not JSON");
  });

  it("[IR-6] members that throw, with the cause", () => {
    const cause = new Error("secret");
    const value = {
      list: [{}],
      get bad(): never {
        throw cause;
      },
    };
    expect(problemOf(value)).toBe("bad: could not be read");
    expect(() => copy(value)).toThrow(expect.objectContaining({ cause, path: "bad", detail: "could not be read" }));
  });

  it.each([
    ["toJSON", { a: { toJSON: () => JSON.parse("{") as unknown } }, "a: could not be read"],
    [
      "a proxy",
      { a: new Proxy({}, { ownKeys: () => [] as string[], getPrototypeOf: () => JSON.parse("{") as null }) },
      "a: could not be read",
    ],
    ["a revoked proxy", revoked(), "could not be read"],
  ])("[IR-6] %s that throws", (_, value, message) => {
    expect(problemOf(value)).toBe(message);
  });
});

describe("the limits of copyJson", () => {
  it("[IR-7] [2.1] counts arrays and objects inside one another", () => {
    const limits = { maxDepth: 2, maxBytes: 100 };
    expect(copyJson({ a: [1] }, limits)).toEqual({ a: [1] });
    expect(problemOf({ a: [{}] }, limits)).toBe("a[0]: nested deeper than 2 levels");
  });

  it("[IR-7] [4.10] refuses a text of 50 MB at once", () => {
    const value = { log: "x".repeat(50_000_000) };
    const start = performance.now();
    expect(problemOf(value)).toBe("log: larger than 1000000 bytes in total");
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it("[IR-7] [4.10] stops at the limit, not at the end", () => {
    let read = 0;
    const item = { toJSON: () => ((read += 1), "0123456789") };
    expect(
      problemOf(
        Array.from({ length: 1_000_000 }, () => item),
        { maxDepth: 8, maxBytes: 1_001_000 },
      ),
    ).toMatch(/larger than/);
    expect(read).toBeLessThan(200);
  });

  it.each([
    ["an array of a billion holes", new Array<unknown>(1_000_000_000)],
    ["shared objects that unfold without end", doubled(60)],
    ["one object with a toJSON that grows", { toJSON: () => "x".repeat(2_000_000) }],
  ])("[IR-7] refuses %s", (_, value) => {
    expect(problemOf(value)).toMatch(/larger than 1000000 bytes in total$/);
  });

  it("[IR-7] refuses nesting without end", () => {
    const endless = (): object => ({ toJSON: () => ({ next: endless() }) });
    expect(problemOf(endless())).toMatch(/nested deeper than 64 levels$/);
  });
});

function doubled(times: number): unknown {
  let value: unknown = "0123456789";
  for (let time = 0; time < times; time++) value = [value, value];
  return value;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe("copyMembers", () => {
  const members = (record: unknown, limits = LIMITS): [string, JsonValue][] => {
    const taken: [string, JsonValue][] = [];
    copyMembers(record as Record<string, unknown>, limits, (name, value) => taken.push([name, value]));
    return taken;
  };
  const refusalOf = (record: unknown, limits = LIMITS): string | undefined => {
    try {
      return void members(record, limits);
    } catch (error) {
      if (error instanceof JsonInvalidError) return error.message;
      throw error;
    }
  };

  it("[IR-4] [4.10] gives the members of the copy, in the same order", () => {
    const law = fc.property(fc.dictionary(fc.string(), anyJson), (record) => {
      const taken = members(record);
      const isSame = JSON.stringify(taken) === JSON.stringify(Object.entries(copy(record) as object));
      return isSame && taken.every(([, value]) => isFrozenThroughout(value));
    });
    fc.assert(law, LAW);
  });

  const cycle: Record<string, unknown> = { a: 1 };
  cycle["self"] = { cycle };
  const throwing = Object.defineProperty({ b: 1 }, "a", { enumerable: true, get: () => fail() });
  const fail = (): never => {
    throw new Error("no");
  };

  it.each([
    ["NaN", () => ({ a: 1, b: { c: [Number.NaN] } })],
    ["a cycle", () => cycle],
    ["a lone surrogate in a name", () => ({ "\ud800": 1 })],
    ["a lone surrogate", () => ({ a: "\ud800" })],
    ["a member that cannot be read", () => throwing],
    ["a Map", () => new Map([["a", 1]])],
    ["nesting", () => ({ deep: [[[[[[1]]]]]] })],
    ["too many bytes", () => ({ a: "x".repeat(1_000) })],
  ])("[IR-6] [4.10] refuses what copyJson refuses, in the same words: %s", (_name, make) => {
    const limits = { maxDepth: 5, maxBytes: 1_000 };
    expect(refusalOf(make(), limits)).toBe(problemOf(make(), limits));
  });

  it("[IR-5] [4.10] leaves undefined members out, and asks `toJSON`", () => {
    expect(members({ a: undefined, b: 1 })).toEqual([["b", 1]]);
    expect(members({ toJSON: () => ({ c: 2 }) })).toEqual([["c", 2]]);
  });
});
