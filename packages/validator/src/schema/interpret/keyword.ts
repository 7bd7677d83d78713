import type { JsonObject, JsonValue } from "@car/ir";
import type { Vocabulary } from "../document/dialect.js";
import type { Location } from "../document/resource.js";
import type { Pattern } from "../pattern/pattern.js";
import type { Complaint, Evaluator } from "./run.js";

/** What a keyword knows while it is compiled. The meta-schema has been checked, so values have their proper types. */
export interface KeywordContext<T = JsonValue> {
  /** The keyword's own value. */
  readonly value: T;
  /** The schema object that the keyword stands in. */
  readonly schema: JsonObject;
  readonly complaint: (message: string) => Complaint;
  /** The schema at `path`, counted from the schema object that the keyword stands in. */
  readonly subschema: (...path: readonly (string | number)[]) => Evaluator;
  readonly pattern: (source: string) => Pattern;
  /** The schema a reference names, and how to apply it. */
  readonly reference: (uri: string) => ResolvedReference;
  /** All schemas that define this dynamic anchor, by the resource that holds them. */
  readonly dynamicTargets: (name: string) => DynamicTargets;
}

/** A reference after it was followed. */
export interface ResolvedReference {
  readonly location: Location;
  readonly evaluate: Evaluator;
}

/** How to apply the dynamic anchor of a resource in the dynamic scope. */
export type DynamicTargets = (resource: Location["resource"]) => Evaluator | undefined;

/** One keyword of JSON Schema: a name and how to turn its value into a check. */
export interface Keyword<T extends JsonValue = JsonValue> {
  readonly name: string;
  readonly vocabulary: Vocabulary;
  /** True when the check applies other schemas, so that its depth has to be counted. */
  readonly applies?: boolean;
  /** `undefined` when the value constrains nothing. */
  readonly compile: (context: KeywordContext<T>) => Evaluator | undefined;
}

/** Declares a keyword with the type that the meta-schema guarantees for its value. */
export function keyword<T extends JsonValue>(definition: Keyword<T>): Keyword {
  return definition as unknown as Keyword;
}
