/** Something about the command line or a file it names is wrong. The message is all that is shown. */
export class UsageError extends Error {}

/** A proposal that is none: refused, as nothing of it can be run. */
export class UnreadablePlanError extends UsageError {}
