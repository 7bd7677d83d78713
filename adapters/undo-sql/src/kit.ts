import type { Connection } from "./connection.js";
import type { Ledger } from "./ledger.js";

/** What all tools of one kit share. */
export interface Kit {
  readonly connection: Connection;
  readonly ledger: Ledger;
  /** Begins the names of the tools. */
  readonly prefix: string;
  /** Most rows that a call changes, an image holds, or a query gives. */
  readonly maxRows: number;
  /** Longest text of an inverse or an image, in UTF-16 units. */
  readonly maxLength: number;
}
