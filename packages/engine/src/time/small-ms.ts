/**
 * The same number, as a small integer where it is one. A time since the epoch is too large for that, and needs an object of
 * its own wherever it is kept; a time since some whole millisecond that is not long past does not.
 */
export function smallMs(ms: number): number {
  const whole = ms | 0;
  return whole === ms ? whole : ms;
}
