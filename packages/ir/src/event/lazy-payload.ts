/** A payload that is made when it is read, out of what is there anyway and never changes. A log in memory keeps it as it is. */
export abstract class LazyPayload<T extends object = object> {
  /** Bytes that the payload takes in memory, roughly. */
  abstract readonly bytes: number;

  /** Makes the payload, each time the same. */
  abstract make(): T;
}
