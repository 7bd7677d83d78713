import type { Access, MemoryNode } from "../model/node.js";

/** Who reads. */
export interface Reader {
  readonly roles?: readonly string[];
  readonly tenant?: string;
  /** The reader's own rank, one of the host's; without one the reader has none. */
  readonly authority?: string;
  /** Whose own identity belongs into the context. */
  readonly subject?: string;
  /** The task and the session at hand: statements of other ones are withheld. */
  readonly task?: string;
  readonly session?: string;
}

/** What a host says about roles. */
export interface RoleData {
  /** From lowest to highest; words that occur in role names. `x+` in an access list is `x` or anything after it. */
  readonly ladder: readonly (readonly string[])[];
  /** Names of groups, and the words of the roles in them. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** A ladder and groups of offices in general. */
export const DEFAULT_ROLES: RoleData = {
  ladder: [
    ["guest", "external", "intern", "contractor"],
    ["user", "agent", "rep", "representative", "specialist", "developer", "engineer", "analyst", "executive", "member"],
    ["senior", "lead"],
    ["manager"],
    ["director", "head"],
    ["vp", "vice"],
    ["ceo", "cfo", "cto", "coo", "cio", "chro", "cmo", "ciso", "chief", "president", "owner"],
  ],
  groups: {
    "c-suite": ["ceo", "cfo", "cto", "coo", "cio", "chro", "cmo", "ciso", "chief"],
    leadership: ["lead", "manager", "director", "head", "vp", "chief"],
    hr: ["hr", "chro", "people"],
    finance: ["finance", "cfo", "controller", "accounting"],
    security: ["security", "ciso"],
    legal: ["legal", "counsel"],
  },
};

/** Whether `reader` may read what is labelled `access`. What is not understood allows nobody. */
export function mayRead(access: Access | undefined, reader: Reader, data: RoleData): boolean {
  if (access === undefined) return true;
  if (access.tenants !== undefined && !access.tenants.includes(reader.tenant ?? "")) return false;
  if (access.roles === undefined) return true;
  return access.roles.some((required) => (reader.roles ?? []).some((role) => satisfies(role, required, data)));
}

function satisfies(role: string, required: string, data: RoleData): boolean {
  const have = wordsOf(role);
  const want = required.trim().toLowerCase();
  if (have.join(" ") === want) return true;
  if (want.endsWith("+")) return levelOf(have, data) >= levelOf(wordsOf(want.slice(0, -1)), data);
  const words = wordsOf(want).filter((word) => word !== "team" && word !== "only" && word !== "department");
  return words.length > 0 && words.every((word) => have.includes(word) || isOf(have, data.groups[word]));
}

function isOf(have: readonly string[], group: readonly string[] | undefined): boolean {
  return group !== undefined && have.some((word) => group.includes(word));
}

function levelOf(words: readonly string[], { ladder }: RoleData): number {
  const level = ladder.findLastIndex((names) => words.some((word) => names.includes(word)));
  // An unknown requirement is above everybody, an unknown reader below.
  return level;
}

function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}-]+/u)
    .filter((word) => word !== "");
}

/** Whether a statement holds where the reader is. */
export function isInScope({ scope }: MemoryNode, reader: Reader, wantsTentative: boolean): boolean {
  if (scope.kind === "hypothetical" || scope.kind === "draft") return wantsTentative;
  if (scope.kind === "task") return scope.id === undefined || scope.id === reader.task;
  if (scope.kind === "session") return scope.id === undefined || scope.id === reader.session;
  return true;
}
