/** A tool that a server lists and that cannot be offered, and why. */
export interface UnusableTool {
  /** Its name at the server; empty for one that has none. */
  readonly name: string;
  readonly reason: string;
}
