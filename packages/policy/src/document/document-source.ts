import type { PathStep } from "@car/ir/internal";
import type { Doubt } from "./doubts.js";
import type { Place, Places } from "./place.js";

/** A problem before its path has become text and its place has been looked up. */
export interface DocumentFinding {
  readonly path: readonly PathStep[];
  readonly message: string;
  readonly did_you_mean?: string;
  /** Known here only when the path does not lead to it. */
  readonly place?: Place;
}

/** What a text says, and where; or what keeps it from being read. */
export type DocumentSource =
  | { readonly value: unknown; readonly places: Places; readonly doubts?: readonly Doubt[] }
  | { readonly findings: readonly DocumentFinding[] };

/** Deepest nesting of a document. Parsers recurse, so deeper ones are refused before they get there. */
export const MAX_DOCUMENT_DEPTH = 64;
