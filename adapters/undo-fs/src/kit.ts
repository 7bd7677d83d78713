import type { ContentStore } from "./content-store.js";
import type { Grounds } from "./places.js";
import type { Queue } from "./queue.js";

/** What the tools of one kit share. */
export interface Kit {
  readonly grounds: Grounds;
  readonly store: ContentStore;
  readonly queue: Queue;
  readonly maxImageBytes: number;
  /** Before each tool's name. */
  readonly prefix: string;
}
