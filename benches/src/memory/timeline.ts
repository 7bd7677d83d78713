/** One line of a timeline file: what was so at first, what happened, and what was asked. */
export interface Timeline {
  readonly id: string;
  readonly actors?: { readonly user?: { readonly id?: string; readonly role?: string; readonly org?: string } };
  readonly initial_state: {
    readonly identity_role?: Readonly<Record<string, string | null>>;
    readonly persistent_facts: readonly TimelineWrite[];
    readonly working_set?: readonly { readonly content?: string }[];
    readonly environment?: Readonly<Record<string, unknown>>;
  };
  readonly events: readonly TimelineEvent[];
}

/** A statement in a timeline. */
export interface TimelineWrite {
  readonly id?: string;
  readonly layer?: string;
  readonly key: string;
  readonly value: unknown;
  readonly source?: {
    readonly type?: string | null;
    readonly authority?: string | null;
    readonly identity?: string | null;
  };
  readonly scope?: string | null;
  readonly supersedes?: string | null;
  readonly depends_on?: readonly string[];
  readonly is_constraint?: boolean | null;
  readonly is_valid?: boolean;
  readonly ts?: string;
}

/** Something that happened. */
export interface TimelineEvent {
  readonly type: string;
  readonly ts: string;
  readonly speaker?: string;
  readonly text?: string;
  readonly writes?: readonly TimelineWrite[];
  readonly prompt?: string;
}
