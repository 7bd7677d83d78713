import type { JsonObject, JsonValue } from "@car/ir";

/** What a node is. Layer 1: `identity`; 2: `fact`, `conclusion`, `skill`; 3: `turn`, `summary`; 4: `environment`. */
export type NodeKind = "identity" | "fact" | "conclusion" | "skill" | "turn" | "summary" | "environment";

/** Where a statement holds. Only `global` statements are real for everybody; the others never replace those. */
export type ScopeKind = "global" | "task" | "session" | "hypothetical" | "draft";

/** A scope and, for `task` and `session`, which one. */
export interface Scope {
  readonly kind: ScopeKind;
  readonly id?: string;
}

/** Who said it. `authority` is one of the host's ranks. */
export interface Source {
  readonly type: string;
  readonly authority: string;
  readonly identity?: string;
}

/** Who may read it. An absent list allows all, an empty one nobody. A role may end in `+`: it or any above it. */
export interface Access {
  readonly roles?: readonly string[];
  readonly tenants?: readonly string[];
  /** Least authority of a reader, one of the host's ranks. A rank that is none is above everybody. */
  readonly authority?: string;
}

/** Something that is remembered. Never changes; what became of it is kept beside it. Times are milliseconds since the epoch. */
export interface MemoryNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly key?: string;
  readonly value: JsonValue;
  /** How it reads in a context. One line per paragraph; data, never an instruction. */
  readonly text: string;
  readonly source: Source;
  /** From 0 to 1. */
  readonly confidence: number;
  readonly provenance: JsonObject;
  readonly scope: Scope;
  readonly access?: Access;
  /** From when it is true in the world. */
  readonly valid_from: number;
  readonly expires_at?: number;
  /** When this memory learned it. */
  readonly recorded_at: number;
  readonly memory_type: "user" | "capability" | "organizational";
  /** A rule that must be in every context its reader may see. */
  readonly constraint: boolean;
  readonly conversation?: string;
  readonly speaker?: string;
  /** Whose data it is; `forget` goes by it. */
  readonly subject?: string;
  readonly labels: readonly string[];
  /** True for keys under which many values hold at the same time. */
  readonly keep_all: boolean;
}

/** A statement offered to a memory. All but `value` has a default. */
export interface FactInput {
  /** Default: from the id source. */
  readonly id?: string;
  /** Default `fact`. */
  readonly kind?: Exclude<NodeKind, "turn" | "skill">;
  /** What it is about. A later statement with the same key replaces it; `ns:key` is shown as `key`. */
  readonly key?: string;
  readonly value: JsonValue;
  /** Default: the value as text. */
  readonly text?: string;
  /** Default `{type: "user", authority: "user"}`. */
  readonly source?: Partial<Source>;
  /** Default 1. */
  readonly confidence?: number;
  readonly provenance?: JsonObject;
  /** Default global. */
  readonly scope?: Scope;
  readonly access?: Access;
  /** Default: now. A time ahead: until then it is `upcoming`, in no context, and what it will replace holds. */
  readonly valid_from?: number;
  readonly expires_at?: number;
  /** Default `user`. */
  readonly memory_type?: MemoryNode["memory_type"];
  readonly constraint?: boolean;
  readonly conversation?: string;
  readonly subject?: string;
  readonly labels?: readonly string[];
  readonly keep_all?: boolean;
  /** Ids or keys of what this replaces. */
  readonly supersedes?: readonly string[];
  /** Ids or keys of what this was computed from: when that falls, this needs review. */
  readonly depends_on?: readonly string[];
  /** Ids or keys of premises: when one falls, this is invalid. */
  readonly cites?: readonly string[];
  readonly related_to?: readonly string[];
  /** Ids or keys of what this brings about; the search goes from one to the other. */
  readonly triggers?: readonly string[];
}

/** Why a node is no longer current. */
export interface Retirement {
  readonly why: "explicit" | "same_key" | "implicit" | "outranked" | "late" | "expired" | "merged" | "retracted";
  /** Id of what took its place. */
  readonly by?: string;
  /** When this memory learned it. */
  readonly at: number;
  /** Since when it is no longer true in the world. */
  readonly valid_to: number;
  readonly confidence: number;
}

/** What the fall of a premise did to a node. */
export interface Mark {
  /** `review`: it depended on the premise. `invalid`: it cited it. */
  readonly kind: "review" | "invalid";
  /** Id of the premise that fell. */
  readonly cause: string;
  /** Id of the node through which it reached this one; the cause itself for direct dependants. */
  readonly via: string;
  readonly at: number;
}

/** What became of a node. An `upcoming` one is not true yet and replaces nothing yet. `outranked` and the like are `superseded` with their own `why`. */
export type Standing = "upcoming" | "current" | "needs_review" | "invalid" | "superseded";

/** A node with what became of it. */
export interface Entry {
  readonly node: MemoryNode;
  retired: Retirement | undefined;
  marks: readonly Mark[];
  /** Its `valid_from` lies ahead: names of what it will replace then. */
  waits?: readonly string[] | undefined;
}

const NO_MARKS: readonly Mark[] = Object.freeze([]);

/** A node of which nothing has become yet. */
export function freshEntry(node: MemoryNode): Entry {
  return { node, retired: undefined, marks: NO_MARKS };
}

/** Whether the node still holds. */
export function standingOf({ retired, marks, waits }: Entry): Standing {
  if (retired !== undefined) return "superseded";
  if (waits !== undefined) return "upcoming";
  if (marks.length === 0) return "current";
  return marks.some(({ kind }) => kind === "invalid") ? "invalid" : "needs_review";
}
