import type { ContentStore } from "./content-store.js";
import type { Grounds } from "./places.js";
import type { Queue } from "./queue.js";
import type { Sightings } from "./sightings.js";

/** What the tools of one kit share. */
export interface Kit {
  readonly grounds: Grounds;
  readonly store: ContentStore;
  readonly queue: Queue;
  readonly sightings: Sightings;
  readonly maxImageBytes: number;
  /** Before each tool's name. */
  readonly prefix: string;
}
