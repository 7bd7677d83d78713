import { assertKnownOptions } from "@car/ir/internal";
import type { Clock, Memory, RecallOptions, SchemaCompiler } from "@car/ir/ports";
import type { Router } from "../router/router-options.js";

/** The memory as `infer.grounded` uses it. Any `Memory` fits. */
export interface GroundingMemory extends Pick<Memory, "recall"> {
  /** Where the memory has one: changes with everything that could change a context. */
  version?(): string;
}

/** What the tools are made of. */
export interface InferenceToolOptions {
  readonly router: Router;
  /** Read by `infer.grounded`, and by nothing else. Without it there is no such tool. */
  readonly memory?: GroundingMemory;
  /** Roles and tenant of a principal, for what is restricted in the memory. Default: none. */
  readonly readerOf?: (principal: string) => Pick<RecallOptions, "roles" | "tenant">;
  /** Checks answers that are to be JSON. Without it `infer` takes no `response_format`. */
  readonly compiler?: SchemaCompiler;
  /** How long the runtime may serve an answer again, in seconds; 0 for never. Default: `embed` and `classify` 3,600, `infer` 0. */
  readonly cacheTtlSecs?: { readonly infer?: number; readonly embed?: number; readonly classify?: number };
  /** Keeps grounded answers for the same request and the same memory. Default: none are kept. */
  readonly groundedCache?: {
    readonly clock: Pick<Clock, "now">;
    readonly ttlSecs: number;
    readonly maxEntries?: number;
  };
  /** Reserved from the budget before each call of `infer` and `infer.grounded`, such as `{ tokens: 2_000, usd: 0.01 }`. */
  readonly reserve?: Readonly<Record<string, number>>;
  /** Data-flow label of what language models say. Default `model`. */
  readonly label?: string;
  /** Data-flow label of grounded answers, which may repeat what was remembered. Default `memory`. */
  readonly groundedLabel?: string;
}

const OPTIONS = [
  "router",
  "memory",
  "readerOf",
  "compiler",
  "cacheTtlSecs",
  "groundedCache",
  "reserve",
  "label",
  "groundedLabel",
] as const satisfies readonly (keyof InferenceToolOptions)[];

/** Throws `ConfigInvalidError` for an option that no tool reads. */
export function assertToolOptions(options: InferenceToolOptions): void {
  assertKnownOptions(options, OPTIONS, "inferenceTools");
  assertKnownOptions(options.cacheTtlSecs, ["infer", "embed", "classify"], "cacheTtlSecs");
  assertKnownOptions(options.groundedCache, ["clock", "ttlSecs", "maxEntries"], "groundedCache");
}
