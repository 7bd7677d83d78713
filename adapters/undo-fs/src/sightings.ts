import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ToolContext } from "@car/ir/ports";
import { type Grounds, isWithin, type Place, statOf } from "./places.js";
import { refusal } from "./tool-failure.js";

/** Calls that wait between their image and their turn; more than that go unwatched. */
const MAX_CALLS = 10_000;

/**
 * How things looked when the before-image of a call was read. A call that finds them otherwise does nothing: undoing it would
 * overwrite what came between with what was there before that.
 */
export class Sightings {
  private readonly grounds: Grounds;
  private readonly seen = new Map<string, { readonly looks: string; readonly isDone: boolean }>();

  constructor(grounds: Grounds) {
    this.grounds = grounds;
  }

  /** Notes how things look before the action that the context is of, or once it is done. */
  note(
    context: ToolContext,
    places: readonly Place[],
    { shallow, isDone }: { readonly shallow: boolean; readonly isDone: boolean },
  ): void {
    const key = keyOf(context);
    this.seen.delete(key);
    this.seen.set(key, { looks: this.looks(places, shallow), isDone });
    for (const oldest of this.seen.keys()) {
      if (this.seen.size <= MAX_CALLS) break;
      this.seen.delete(oldest);
    }
  }

  /** @throws `ToolError` (`transient`) when they look otherwise. An action that nothing was noted for passes. */
  assertSame(context: ToolContext, places: readonly Place[], shallow: boolean): void {
    const seen = this.seen.get(keyOf(context));
    if (seen === undefined || seen.looks === this.looks(places, shallow)) return;
    const paths = places.map(({ path }) => path).join(", ");
    throw refusal("transient", paths, "changed since the before-image was read; nothing was done");
  }

  /** Whether this process has done what the action asks for. */
  isDone(context: ToolContext): boolean {
    return this.seen.get(keyOf(context))?.isDone === true;
  }

  private looks(places: readonly Place[], shallow: boolean): string {
    const look = (absolute: string): string => {
      const stat = statOf(absolute);
      if (stat === undefined) return "absent";
      const { ino, mode, size, mtimeNs } = stat;
      if (shallow) return `${ino} ${mode}`;
      const inner = stat.isDirectory() ? readdirSync(absolute).sort() : [];
      const own = inner.map((name) => join(absolute, name)).filter((path) => !isWithin(this.grounds.store, path));
      return [`${ino} ${mode} ${size} ${mtimeNs}`, ...own.map(look)].join("\n");
    };
    return places
      .map(({ path, absolute }) => `${path} ${look(absolute)}`)
      .sort()
      .join("\n");
  }
}

function keyOf({ runId, actionId }: ToolContext): string {
  return `${runId} ${actionId}`;
}
