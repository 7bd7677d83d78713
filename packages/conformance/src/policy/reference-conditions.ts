import { jsonEqual, type JsonValue } from "@car/ir";
import type { PolicyStateView } from "@car/ir/ports";

/** A condition as a document writes it: one operator, on a parameter or a state key. */
export interface ReferenceCondition {
  readonly param?: string | readonly string[];
  readonly state?: string;
  readonly trust?: "model";
  readonly optional?: boolean;
  readonly equals?: JsonValue;
  readonly one_of?: readonly JsonValue[];
  readonly contains?: string;
  readonly starts_with?: string;
  readonly matches?: string;
  readonly present?: boolean;
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

interface World {
  readonly state: PolicyStateView;
  readonly matches: (pattern: string, text: string) => boolean;
}

type Truth = "yes" | "no" | "unknown";

/** Whether any value the condition is about, or anything inside it, meets the condition. */
export function isMet(condition: ReferenceCondition, parameters: JsonValue, world: World): Truth {
  const truths = valuesOf(condition, parameters, world).flatMap((value): readonly Truth[] => {
    if (value === undefined || condition.present !== undefined) return [truthFor(condition, value, world)];
    return partsOf(value, isTextual(condition)).map((part) => truthFor(condition, part, world));
  });
  if (truths.includes("yes")) return "yes";
  return truths.includes("unknown") ? "unknown" : "no";
}

/** Whether every value the condition is about meets it; of a list, every item must. */
export function isMetByAll(condition: ReferenceCondition, parameters: JsonValue, world: World): Truth {
  const truths = valuesOf(condition, parameters, world).map((value): Truth => {
    if (value === undefined && condition.optional === true) return "yes";
    return value === undefined ? truthFor(condition, value, world) : wholly(condition, value, world);
  });
  if (truths.includes("no")) return "no";
  return truths.includes("unknown") ? "unknown" : "yes";
}

function wholly(condition: ReferenceCondition, value: JsonValue, world: World): Truth {
  const itself = truthFor(condition, value, world);
  if (itself === "yes" || !Array.isArray(value) || value.length === 0) return itself;
  const items = value.map((item: JsonValue) => wholly(condition, item, world));
  if (items.includes("no")) return "no";
  return items.includes("unknown") ? "unknown" : "yes";
}

function valuesOf(
  { param, state: key, trust }: ReferenceCondition,
  parameters: JsonValue,
  { state }: World,
): readonly (JsonValue | undefined)[] {
  if (key !== undefined) return [trust === undefined ? state.get(key) : state.get(key, { trust })];
  return placesIn(parameters, typeof param === "string" ? param.split(".") : (param ?? []));
}

function placesIn(value: JsonValue | undefined, path: readonly string[]): readonly (JsonValue | undefined)[] {
  const [step, ...rest] = path;
  if (step === undefined) return [value];
  if (typeof value !== "object" || value === null) return [undefined];
  const isList = Array.isArray(value);
  if (step === "*") return someOf(Object.values(value).flatMap((member: JsonValue) => placesIn(member, rest)));
  if (!isList) return placesIn(Object.entries(value).find(([name]) => name === step)?.[1], rest);
  if (/^\d+$/.test(step)) return placesIn(value[Number(step)] as JsonValue, rest);
  return someOf(value.flatMap((item: JsonValue) => placesIn(item, path)));
}

function someOf(places: readonly (JsonValue | undefined)[]): readonly (JsonValue | undefined)[] {
  return places.length === 0 ? [undefined] : places;
}

function partsOf(value: JsonValue, isText: boolean): readonly JsonValue[] {
  if (typeof value !== "object" || value === null) return [value];
  if (!Array.isArray(value) && !isText) return [value];
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return [value, ...names, ...Object.values(value).flatMap((member: JsonValue) => partsOf(member, isText))];
}

function isTextual({ contains, starts_with, matches }: ReferenceCondition): boolean {
  return [contains, starts_with, matches].some((operand) => operand !== undefined);
}

function truthFor(condition: ReferenceCondition, value: JsonValue | undefined, world: World): Truth {
  const { equals, one_of, present = hasNoOperator(condition) ? true : undefined } = condition;
  if (present !== undefined) return truth((value !== undefined) === present);
  if (value === undefined) return "no";
  if (equals !== undefined) return truth(jsonEqual(value, equals));
  if (one_of !== undefined) return truth(one_of.some((member) => jsonEqual(value, member)));
  return isTextual(condition) ? textTruth(condition, value, world) : numberTruth(condition, value);
}

/** A condition on a state key may leave the operator out: the key must be there. */
function hasNoOperator({ param: _param, state: _state, trust: _trust, ...operators }: ReferenceCondition): boolean {
  return Object.keys(operators).length === 0;
}

function textTruth({ contains, starts_with, matches }: ReferenceCondition, value: JsonValue, world: World): Truth {
  if (typeof value === "object") return "no";
  const text = String(value);
  if (contains !== undefined) return truth(text.includes(contains));
  return truth(starts_with === undefined ? world.matches(matches ?? "", text) : text.startsWith(starts_with));
}

function numberTruth({ gt, gte, lt, lte }: ReferenceCondition, value: JsonValue): Truth {
  if (typeof value !== "number") return Array.isArray(value) ? "no" : "unknown";
  if (gt !== undefined) return truth(value > gt);
  if (gte !== undefined) return truth(value >= gte);
  return truth(lt === undefined ? value <= Number(lte) : value < lt);
}

function truth(holds: boolean): Truth {
  return holds ? "yes" : "no";
}
