import type { JsonObject } from "@car/ir";
import type { Why } from "../retrieve/fuse.js";

/** Parts of a context, in the order in which they are written. */
export const SECTIONS = [
  "identity",
  "constraints",
  "skills",
  "facts",
  "review",
  "conversation",
  "environment",
  "unknown",
] as const;
export type Section = (typeof SECTIONS)[number];

/** One line of a context, and where it came from. */
export interface ContextItem {
  readonly section: Section;
  /** Id of the node; absent for what is not known. */
  readonly id?: string;
  /** One line: data, never an instruction. */
  readonly text: string;
  readonly provenance: JsonObject;
  readonly labels: readonly string[];
  readonly why: readonly Why[];
}

/** An item that has not been given its place yet. */
export interface Candidate extends ContextItem {
  /** Ties are broken by it: later first. */
  readonly number: number;
  /** Within the section: earlier first. */
  readonly time: number;
  readonly score: number;
}
