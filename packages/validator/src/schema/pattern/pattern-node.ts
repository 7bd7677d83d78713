/** A regular expression taken apart as far as is needed to write it anew and to say what matching it may cost. */
export type PatternNode = AtomNode | SequenceNode | ChoiceNode | RepeatNode | GroupNode;

/** Something that is tried in one step, such as a character, a class or `^`. */
export interface AtomNode {
  readonly kind: "atom";
  /** How ECMAScript writes it under the `u` flag. */
  readonly native: string;
  /** True for `^`: a sequence that begins with it is tried at one place only. */
  readonly isStart?: boolean;
  /** True for a back-reference, which compares as much text as the group it repeats has matched. */
  readonly isBackReference?: boolean;
}

/** One after the other. */
export interface SequenceNode {
  readonly kind: "sequence";
  readonly parts: readonly PatternNode[];
}

/** One of several. */
export interface ChoiceNode {
  readonly kind: "choice";
  readonly options: readonly PatternNode[];
}

/** Several times in a row. `max` may be `Infinity`. */
export interface RepeatNode {
  readonly kind: "repeat";
  readonly part: PatternNode;
  readonly min: number;
  readonly max: number;
  readonly isLazy: boolean;
}

/** Something in parentheses. */
export interface GroupNode {
  readonly kind: "group";
  /** `(`, `(?:`, `(?<name>`, or one of the four that look around. */
  readonly open: string;
  readonly part: PatternNode;
  /** True for `(?=`, `(?!`, `(?<=` and `(?<!`: they take nothing and, once left, are not tried again. */
  readonly looksAround: boolean;
}
