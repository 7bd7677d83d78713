import type { TokenBucket } from "./token-bucket.js";

/** Buckets of tools by name. Give the same object to several runtimes and they share their limits. */
export interface RateLimits {
  readonly buckets: Map<string, TokenBucket>;
}

/** Creates rate limits that runtimes may share. */
export function createRateLimits(): RateLimits {
  return { buckets: new Map() };
}
