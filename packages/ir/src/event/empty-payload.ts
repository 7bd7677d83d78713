import type { EventDataOf } from "./event-data-of.js";
import type { EventKind } from "./event-kind.js";

/** The payload of an event whose kind says everything: `{}`, and nothing else fits. */
export type EmptyPayload = Readonly<Record<string, never>>;

/** Kinds that need no payload: `{}` is one of theirs. */
export type BareKind = { [K in EventKind]: EmptyPayload extends EventDataOf[K] ? K : never }[EventKind];
