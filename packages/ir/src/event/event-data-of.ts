import type { EventKind } from "./event-kind.js";
/** Temporary. */
export type EventDataOf = { readonly [K in EventKind]: object };
