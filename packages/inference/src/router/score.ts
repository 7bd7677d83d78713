import type { InferenceIntent } from "@car/ir/ports";
import type { RouterWeights } from "./router-options.js";
import type { TrackRecord } from "./track-record.js";

const DEFAULT_WEIGHTS: RouterWeights = { quality: 1, speed: 0.5, price: 0.5, health: 2 };
/** A hint outweighs everything but a model that fails. */
const HINT = 2;
const UNKNOWN_LATENCY_MS = 1_000;
/** Dollars for a million tokens of each kind, where nothing is known of a remote model. */
const UNKNOWN_PRICE = 2;

/** How a model is compared with others for one request. Higher is better. */
export interface Scoring {
  readonly weights?: Partial<RouterWeights> | undefined;
  readonly intent: InferenceIntent | undefined;
  readonly nowMs: number;
}

/** Depends on the record, the hints and the time alone. */
export function score(record: TrackRecord, { weights, intent = {}, nowMs }: Scoring): number {
  const { info, quality, latencyMs } = record;
  const weight = { ...DEFAULT_WEIGHTS, ...weights };
  const speed = 1 / (1 + (latencyMs ?? info.latency_ms ?? UNKNOWN_LATENCY_MS) / 1_000);
  const hints = [
    intent.prefer_quality === true ? quality : 0,
    intent.prefer_fast === true ? speed : 0,
    intent.prefer_local === true && info.local === true ? 1 : 0,
    intent.task !== undefined && info.tasks?.includes(intent.task) === true ? 1 : 0,
  ];
  return (
    weight.quality * quality +
    weight.speed * speed +
    weight.price * cheapness(record) +
    weight.health * record.healthAt(nowMs) +
    hints.reduce((total, hint) => total + HINT * hint, 0)
  );
}

/** Without what was measured: the same for every call, so that vectors of different calls are of one model. */
export function lastingScore({ info }: TrackRecord, intent: InferenceIntent | undefined): number {
  const isMeant = intent?.task !== undefined && info.tasks?.includes(intent.task) === true;
  const isNear = intent?.prefer_local === true && info.local === true;
  return (info.quality ?? 0.5) + HINT * ((isMeant ? 1 : 0) + (isNear ? 1 : 0));
}

function cheapness({ info }: TrackRecord): number {
  const { usd_per_million_tokens: price, local } = info;
  if (price === undefined) return local === true ? 1 : 1 / (1 + UNKNOWN_PRICE);
  return 1 / (1 + (price.input + price.output) / 2);
}
