/** Something about the command line or a file it names is wrong. The message is all that is shown. */
export class UsageError extends Error {}
