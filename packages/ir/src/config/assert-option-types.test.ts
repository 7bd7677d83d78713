import { describe, expect, it } from "vitest";
import { ConfigInvalidError } from "../errors/plain-errors.js";
import { assertOptionTypes } from "./assert-option-types.js";

const TYPES = { ask: "function", names: "list", clock: { now: "function", zone: "string" } } as const;
const check = (options: { ask?: unknown; names?: unknown; clock?: unknown }) => () => assertOptionTypes(options, TYPES);

describe("assertOptionTypes", () => {
  it.each([{}, { ask: undefined }, { ask: () => 1, names: [] }, { clock: { now: () => 1, zone: "" } }])(
    "[IR-48] takes %j",
    (options) => {
      expect(check(options)).not.toThrow();
    },
  );

  it("[IR-48] takes members from wherever an object has them", () => {
    class Own {
      readonly zone = "";
      now(): number {
        return 1;
      }
    }
    expect(check({ clock: new Own() })).not.toThrow();
    expect(check({ clock: Object.assign(() => 1, { now: () => 1, zone: "" }) })).not.toThrow();
  });

  it.each<[object, string]>([
    [{ ask: null }, "`ask` is a function, not null"],
    [{ names: {} }, "`names` is a list, not an object"],
    [{ clock: false }, "`clock` is an object with `now`, `zone`: `now` is a function"],
    [{ clock: { now: () => 1, zone: 1 } }, "`clock` is an object with `now`, `zone`: `zone` is a text"],
  ])("[IR-48] refuses %j by name", (options, text) => {
    expect(check(options)).toThrow(new ConfigInvalidError(text));
  });
});
