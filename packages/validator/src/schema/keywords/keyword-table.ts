import type { JsonObject } from "@car/ir";
import type { Dialect } from "../document/dialect.js";
import type { Keyword } from "../interpret/keyword.js";
import { additionalKeywords } from "./additional-keywords.js";
import { arrayKeywords } from "./array-keywords.js";
import { containsKeywords } from "./contains-keyword.js";
import { dependentKeywords } from "./dependent-keywords.js";
import { formatKeywords } from "./format-keyword.js";
import { logicKeywords } from "./logic-keywords.js";
import { numberKeywords } from "./number-keywords.js";
import { objectKeywords } from "./object-keywords.js";
import { referenceKeywords } from "./reference-keywords.js";
import { stringKeywords } from "./string-keywords.js";
import { typeKeywords } from "./type-keywords.js";
import { unevaluatedKeywords } from "./unevaluated-keywords.js";

/**
 * Every keyword that can refuse a value, in the order in which they are applied: cheap ones first, and those that
 * depend on what the others have seen last. The order is also that of the problems reported.
 */
const KEYWORDS: readonly Keyword[] = [
  ...typeKeywords,
  ...numberKeywords,
  ...stringKeywords,
  ...formatKeywords,
  ...objectKeywords,
  ...additionalKeywords,
  ...arrayKeywords,
  ...containsKeywords,
  ...dependentKeywords,
  ...logicKeywords,
  ...referenceKeywords,
  ...unevaluatedKeywords,
];

/** The keywords of a schema object that its dialect gives a meaning, in the order in which they are applied. */
export function keywordsOf(schema: JsonObject, dialect: Dialect): readonly Keyword[] {
  return KEYWORDS.filter(({ name, vocabulary }) => Object.hasOwn(schema, name) && dialect.has(vocabulary));
}
