let lastMs = Number.NaN;
let lastText = "";

/**
 * RFC 3339 text, in UTC with milliseconds, of a time in milliseconds since the epoch (fractions are cut).
 * The last answer is remembered: thousands of results of one moment share one string.
 */
export function rfc3339(epochMs: number): string {
  const ms = Math.floor(epochMs);
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}
