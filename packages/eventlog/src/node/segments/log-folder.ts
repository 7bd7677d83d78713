import type { FolderSystem } from "@car/files";

/** Which folder, and whether what is in it must survive a power cut. */
export interface LogFolder {
  readonly path: string;
  readonly fs: FolderSystem;
  readonly fsync: boolean;
}

/** Folder of the claims, below the log's. */
export const EPOCHS = "epochs";
/** Folder of the large payloads, below the log's: one folder for each segment. */
export const PAYLOADS = "payloads";
