import type { JsonValue, LabelSet, Reason } from "@car/ir";

/** What a reader gave: what an action changes, as it was at that moment. */
export interface Image {
  readonly value: JsonValue;
  readonly labels: LabelSet;
}

/** What is known of what an action changes. */
export interface ImageNote {
  /** As it was before the first attempt. */
  before: Image | undefined;
  /** As the call left it, where the reader was asked for that. */
  after: Image | undefined;
  /** Why there is no before-image; the host did not insist on one. */
  missing: Reason | undefined;
}

/** An image, or why there is none. */
export type Reading = { readonly image: Image } | { readonly reason: Reason };
