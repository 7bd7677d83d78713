import { CarError } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallAssembler, type CallPiece } from "./call-assembler.js";
import { readArguments } from "./read-arguments.js";

const RUNS = { numRuns: Number(process.env["CAR_FUZZ_RUNS"] ?? 500) };
const NAMES = ["look", "read_file", "look_again", "read"];

interface Said {
  readonly id: string;
  readonly name: string;
  readonly input: object;
  /** Where its arguments are cut. */
  readonly cuts: readonly number[];
}

/** How a server says calls. */
interface Style {
  readonly index: "own" | "same" | "none";
  readonly id: "first" | "always";
  readonly name: "first" | "always" | "pieces";
  readonly input: "pieces" | "grown" | "object" | "once more";
}

const calls: fc.Arbitrary<readonly Said[]> = fc
  .array(
    fc.record({
      name: fc.constantFrom(...NAMES),
      input: fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
      cuts: fc.array(fc.nat(30), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((list) => list.map((call, n) => ({ ...call, id: `id_${n}` })));
/** All ways but one: a call said again without an id may be another one, and is refused. */
const style: fc.Arbitrary<Style> = fc
  .record({
    index: fc.constantFrom("own" as const, "same" as const, "none" as const),
    id: fc.constantFrom("first" as const, "always" as const),
    name: fc.constantFrom("first" as const, "always" as const, "pieces" as const),
    input: fc.constantFrom("pieces" as const, "grown" as const, "object" as const, "once more" as const),
  })
  .filter(({ id, name, input }) => !(id === "first" && name === "always" && input === "once more"));

function piecesOf({ id, name, input, cuts }: Said, at: number, how: Style): readonly CallPiece[] {
  const text = JSON.stringify(input);
  const ends = [...new Set([...cuts.map((cut) => cut % text.length), text.length])].sort((a, b) => a - b);
  const inputs = ends.map((end, n) => (how.input === "grown" ? text.slice(0, end) : text.slice(ends[n - 1] ?? 0, end)));
  const all = how.input === "object" ? [input] : how.input === "once more" ? [...inputs, text] : inputs;
  const half = Math.ceil(name.length / 2);
  const names = how.name === "pieces" ? [name.slice(0, half), name.slice(half)] : [name];
  const began = names.map((part) => ({ name: part, arguments: "" }));
  const rest = all.map((part) => ({ ...(how.name === "always" ? { name } : {}), arguments: part }));
  return [...began, ...rest].map((piece, n) => ({
    ...(how.index === "none" ? {} : { index: how.index === "own" ? at : 0 }),
    ...(n === 0 || how.id === "always" ? { id } : {}),
    ...piece,
  }));
}

function assembled(pieces: readonly (readonly CallPiece[])[]): readonly unknown[] {
  const assembler = new CallAssembler("m", NAMES);
  for (const chunk of pieces) assembler.take(chunk);
  return assembler.calls();
}

function wanted(said: readonly Said[]): readonly unknown[] {
  return said.map(({ id, name, input }) => ({ id, name, arguments: JSON.parse(JSON.stringify(input)) as unknown }));
}

describe("tool calls in pieces", () => {
  it("[IN-50] come out as they were, however they are said one after the other", () => {
    const law = fc.property(calls, style, (said, how) => {
      const pieces = said.flatMap((call, at) => piecesOf(call, at, how).map((piece) => [piece]));
      expect(assembled(pieces)).toEqual(wanted(said));
    });
    fc.assert(law, RUNS);
  });

  it("[IN-50] come out as they were when they are said side by side, by their indexes or their ids", () => {
    const law = fc.property(calls, style, fc.infiniteStream(fc.nat()), (said, how, dice) => {
      const fair: Style = how.index === "own" ? how : { ...how, index: "none", id: "always" };
      const waiting = said.map((call, at) => [...piecesOf(call, at, fair)]);
      const order: CallPiece[][] = waiting.map((pieces) => [pieces.shift()!]);
      while (waiting.some((pieces) => pieces.length > 0)) {
        const some = waiting.filter((pieces) => pieces.length > 0);
        order.push([some[dice.next().value! % some.length]!.shift()!]);
      }
      expect(assembled(order)).toEqual(wanted(said));
    });
    fc.assert(law, RUNS);
  });

  it("[IN-12] [IN-50] whatever comes, it is a list of calls or a typed error", () => {
    const part = fc.oneof(
      fc.constantFrom(undefined, null, 0, "", "a", "look", '{"a":1}', "{", {}),
      fc.jsonValue({ maxDepth: 1 }),
    );
    const piece = fc.record({ index: part, id: part, name: part, arguments: part, extra: part });
    const law = fc.property(fc.array(fc.array(piece, { maxLength: 3 }), { maxLength: 6 }), (chunks) => {
      try {
        for (const call of assembled(chunks))
          expect(call).toMatchObject({ id: expect.any(String), name: expect.any(String) });
      } catch (error) {
        expect(CarError.isInstance(error) && error.code).toBe("CAR_INFERENCE_FAILED");
      }
    });
    fc.assert(law, RUNS);
  });

  it("[IN-12] too many, and too long ones, are refused", () => {
    const many = Array.from({ length: 300 }, (_, at) => ({ id: `i${at}`, name: "look", arguments: "{}" }));
    expect(() => assembled([many])).toThrow("more than 256 tool calls");
    expect(() => assembled([[{ id: "a", name: "look", arguments: "x".repeat(1_000_001) }]])).toThrow("too long");
  });
});

describe("readArguments", () => {
  const of = { model: "m", name: "look" };
  it.each([
    [undefined, {}],
    [null, {}],
    ["", {}],
    [" \n", {}],
    ['{"a":1}', { a: 1 }],
    ['<think>x</think>{"a":1}', { a: 1 }],
    [{ a: 1 }, { a: 1 }],
    ["{'a': 1}", "{'a': 1}"],
  ])("[IN-50] %j is %j", (input, value) => {
    expect(readArguments(input, of)).toEqual(value);
  });

  it("[IN-12] [IN-50] a name that comes with each of many pieces takes no quadratic time", () => {
    const calls = new CallAssembler("m", ["look"]);
    calls.take([{ index: 0, id: "a", name: "look", arguments: '{"at":"' }]);
    for (let n = 0; n < 100_000; n++) calls.take([{ index: 0, name: "look", arguments: "xxxx" }]);
    calls.take([{ index: 0, name: "look", arguments: '"}' }]);
    expect(calls.calls()).toMatchObject([{ id: "a", name: "look", arguments: { at: "xxxx".repeat(100_000) } }]);
  });

  it("[IN-51] never loses digits", () => {
    expect(() => readArguments('{"a":[9007199254740993]}', of)).toThrow(/`look`: the integer 9007199254740993/);
  });
});
