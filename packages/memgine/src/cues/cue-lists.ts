/** A way of saying that something has changed. */
export interface ChangeCue {
  readonly id: string;
  /** Case-insensitive regular expression. Named groups: `value`, the new one; `subject`, what it is about. */
  readonly pattern: string;
  /** `reversion`: back to an earlier value. */
  readonly kind: "correction" | "update" | "decision" | "override" | "reversion";
  /** How sure it is by itself, from 0 to 1. */
  readonly confidence: number;
  /** True when it says "that" or "it" and means what was spoken of last. */
  readonly anaphoric: boolean;
}

/** Words and phrases by which text is read. Data: a host replaces any list. Patterns are case-insensitive. */
export interface CueLists {
  readonly changes: readonly ChangeCue[];
  /** A sentence with one of these speaks of the past. */
  readonly history: readonly string[];
  /** ... of what might be. */
  readonly hypothesis: readonly string[];
  /** ... asks for something instead of stating something. */
  readonly request: readonly string[];
  /** A sentence that begins like this leaves the matter at hand, and one that begins like that comes back to it. */
  readonly detour: readonly string[];
  readonly resume: readonly string[];
  /** A clause with one of these keeps what it names as it is. */
  readonly keep: readonly string[];
  /** A sentence with one of these says that something was wrong. */
  readonly correction: readonly string[];
  /** What is not finished or not certain: a query with one of these asks for drafts and hypotheses. */
  readonly tentative: readonly string[];
  /** A text that gives orders to whoever reads it. */
  readonly injection: readonly string[];
  /** States of which a thing has one at a time. */
  readonly states: readonly string[];
  /** A text that begins like this says that an earlier statement no longer holds. */
  readonly void: readonly string[];
  /** A text that begins like this is restricted; the group `who` says to whom. */
  readonly restricted: readonly string[];
  /** Speakers who repeat what they are told. */
  readonly echoes: readonly string[];
  /** Words after which a text quotes what no longer holds. */
  readonly quoting: readonly string[];
}
