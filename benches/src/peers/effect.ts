import { Effect } from "effect";
import { noop } from "../fixtures.js";

/** One no-op call as an effect. */
export function effectOne(): () => Promise<unknown> {
  const effect = Effect.promise(noop);
  return () => Effect.runPromise(effect);
}

/** Many no-op calls at once. */
export function effectMany(count: number): () => Promise<unknown> {
  const effect = Effect.all(
    Array.from({ length: count }, () => Effect.promise(noop)),
    { concurrency: "unbounded" },
  );
  return () => Effect.runPromise(effect);
}
