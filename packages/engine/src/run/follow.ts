/** As it was before anybody could put something in its place. */
const promiseThen = Reflect.get(Promise.prototype, "then") as (
  this: PromiseLike<unknown>,
  onValue: (value: never) => void,
  onError: (error: unknown) => void,
) => unknown;

/**
 * Hears once of the end of anything with a `then`, never in this turn: one that is no promise may call back twice, at once, or
 * throw, and so may what somebody has put on a promise. Never throws.
 */
export function follow<T>(
  thenable: PromiseLike<T>,
  onValue: (value: T) => void,
  onError: (error: unknown) => void,
): void {
  try {
    const isPlain = thenable instanceof Promise && thenable.then === promiseThen;
    const promise = isPlain ? thenable : new Promise<T>((resolve) => resolve(thenable));
    promiseThen.call(promise, onValue, onError);
  } catch (error) {
    void Promise.resolve().then(() => onError(error));
  }
}
