import type { CarError, InferenceFailure } from "@car/ir";
import type { InferenceResponse, ModelInfo } from "@car/ir/ports";
import type { ModelStats } from "./router-options.js";

/** Share of the newest outcome in the smoothed figures. */
const SMOOTHING = 0.2;
const RATING_SHARE = 0.1;
/** A bad record is half forgotten after this time, so that a model that was down is tried again. */
const HALF_LIFE_MS = 60_000;
/** Less than this no longer counts, so that equals are equals again. */
const FORGOTTEN = 0.01;
const UNKNOWN_QUALITY = 0.5;

/** Failures that say nothing about how well the model works. */
const NOT_ITS_FAULT: ReadonlySet<string> = new Set<InferenceFailure>([
  "account",
  "refused",
  "invalid_request",
  "incomplete",
  "canceled",
]);

/** What one model did so far. Bounded: only figures are kept. */
export class TrackRecord {
  readonly info: ModelInfo;
  /** Length of its vectors, once seen. */
  dim: number | undefined;
  latencyMs: number | undefined = undefined;
  quality: number;
  private calls = 0;
  private failures = 0;
  private notItsFault = 0;
  private badness = 0;
  private badnessAt = 0;
  /** Not asked before this time if another model can be: it said so. */
  private restUntil = 0;
  private tokens = { input_tokens: 0, output_tokens: 0 };
  private usd = 0;

  constructor(info: ModelInfo) {
    this.info = info;
    this.dim = info.dim;
    this.quality = info.quality ?? UNKNOWN_QUALITY;
  }

  succeeded(
    usage: InferenceResponse["usage"],
    { startMs, nowMs }: { readonly startMs: number; readonly nowMs: number },
  ): void {
    this.calls++;
    this.setBadness(this.badnessOf(nowMs) * (1 - SMOOTHING), nowMs);
    const tookMs = Math.max(0, nowMs - startMs);
    this.latencyMs = this.latencyMs === undefined ? tookMs : this.latencyMs + SMOOTHING * (tookMs - this.latencyMs);
    this.tokens.input_tokens += usage.input_tokens;
    this.tokens.output_tokens += usage.output_tokens;
    this.usd += costOf(this.info, usage);
  }

  failed(error: CarError, nowMs: number): void {
    this.calls++;
    this.failures++;
    const { kind, retryAfterMs } = error as { readonly kind?: string; readonly retryAfterMs?: number };
    if (retryAfterMs !== undefined) this.restUntil = Math.max(this.restUntil, nowMs + retryAfterMs);
    if (kind !== undefined && NOT_ITS_FAULT.has(kind)) {
      this.notItsFault++;
      return;
    }
    const badness = this.badnessOf(nowMs);
    this.setBadness(badness + SMOOTHING * 2 * (1 - badness), nowMs);
  }

  rate(quality: number): void {
    this.quality += RATING_SHARE * (Math.min(1, Math.max(0, quality)) - this.quality);
  }

  healthAt(nowMs: number): number {
    return nowMs < this.restUntil ? 0 : 1 - this.badnessOf(nowMs);
  }

  statsAt(nowMs: number): ModelStats {
    return {
      model: this.info.id,
      calls: this.calls,
      failures: this.failures,
      not_its_fault: this.notItsFault,
      health: this.healthAt(nowMs),
      ...(this.latencyMs === undefined ? {} : { latency_ms: this.latencyMs }),
      quality: this.quality,
      ...this.tokens,
      usd: this.usd,
    };
  }

  private badnessOf(nowMs: number): number {
    const left = this.badness * 0.5 ** (Math.max(0, nowMs - this.badnessAt) / HALF_LIFE_MS);
    return left < FORGOTTEN ? 0 : left;
  }

  private setBadness(badness: number, nowMs: number): void {
    this.badness = badness;
    this.badnessAt = nowMs;
  }
}

/** Dollars for token counts; 0 where no price is known. */
export function costOf({ usd_per_million_tokens: price }: ModelInfo, usage: InferenceResponse["usage"]): number {
  if (price === undefined) return 0;
  return (usage.input_tokens * price.input + usage.output_tokens * price.output) / 1_000_000;
}
