/** Milliseconds since the epoch of an RFC 3339 text, or NaN when it is none. The inverse of `rfc3339`. */
export function epochMsOf(timestamp: string): number {
  return Date.parse(timestamp);
}
