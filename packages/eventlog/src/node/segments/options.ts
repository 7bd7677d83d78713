import type { FolderSystem } from "@car/files";
import { ConfigInvalidError, type CarError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { RedactOptions } from "../../redact/redact-events.js";
import { DEFAULT_BUFFER_BYTES } from "../jsonl-event-log.js";
import type { VerifyOnOpen } from "./check-opening.js";

/**
 * What a flush waits for.
 *
 * - `action`: the disk, always. What was flushed survives a power cut.
 * - `commit`: the disk before a run is confirmed, only the operating system before an action is made. A run that was
 *   confirmed survives a power cut; that an action had begun survives only the end of the process.
 * - `none`: nothing. What was flushed may be lost with the process.
 */
export type LogDurability = "none" | "commit" | "action";

/** Where a log of segments is kept and how. */
export interface SegmentEventLogOptions extends VerifyOnOpen {
  /** The folder; made, readable by its owner only, when it does not exist. */
  readonly dir: string;
  /** Default `action`. */
  readonly durability?: LogDurability;
  /** Bytes after which a segment is closed. Default 64 MiB. */
  readonly segmentBytes?: number;
  /** Longest payload, in characters of JSON, that stands in its line; longer ones get files of their own. Default 64 KiB. */
  readonly inlineBytes?: number;
  /** Text that is gathered before it is written unasked. Default 64 KiB. */
  readonly bufferBytes?: number;
  /** An owner that has not renewed its claim for so long is taken for dead. Default 10 s. */
  readonly leaseMs?: number;
  /** Told once, when the log stops taking events; must not throw. The failing call throws the same error. */
  readonly onError?: (error: CarError) => void;
  /** What `read` does not show. The files have everything. */
  readonly redact?: RedactOptions;
  /** For tests of failures. Default `node:fs`. */
  readonly fs?: FolderSystem;
}

const NUMBERS = {
  segmentBytes: 64 * 1024 * 1024,
  inlineBytes: 64 * 1024,
  bufferBytes: DEFAULT_BUFFER_BYTES,
  leaseMs: 10_000,
};

const OPTIONS = [
  ...(Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]),
  "dir",
  "durability",
  "verify",
  "trust",
  "onError",
  "redact",
  "fs",
] as const satisfies readonly (keyof SegmentEventLogOptions)[];

/** The options' numbers with their defaults. Throws `ConfigInvalidError` for one that is not positive, and for other names. */
export function numbersOf(options: SegmentEventLogOptions): typeof NUMBERS {
  assertKnownOptions(options, OPTIONS, "segmentEventLog");
  const numbers = { ...NUMBERS };
  for (const name of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) {
    const value = options[name] ?? NUMBERS[name];
    if (!(value > 0)) throw new ConfigInvalidError(`${name} must be a positive number`);
    numbers[name] = value;
  }
  return numbers;
}
