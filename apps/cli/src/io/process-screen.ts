import { stripVTControlCharacters } from "node:util";
import { printable } from "@car/ir/internal";
import { Screen, type Sink } from "./screen.js";

/** A line of a tool's own that is longer is printed in pieces. */
const MAX_STRAY = 64 * 1024;
/** For a terminal that does not say how wide it is. */
const DEFAULT_COLUMNS = 80;

/** The screen of this process. */
export interface ProcessScreen {
  readonly screen: Screen;
  /** Waits until everything is written, and says what has kept the answer from being written, if anything has. */
  readonly end: () => Promise<NodeJS.ErrnoException | undefined>;
}

/**
 * Takes standard output and standard error for the program's own use. What anybody else prints (a tool, while it works or is loaded)
 * goes to standard error, printable. A stream that fails, as its reader went away, is written to no more: nothing else stops for it.
 */
export function processScreen(): ProcessScreen {
  const [out, err] = [takenFrom(process.stdout), takenFrom(process.stderr)];
  const screen = new Screen(out, err);
  const strays = [process.stdout, process.stderr].map((stream) => redirected(stream, screen));
  return {
    screen,
    async end() {
      for (const flush of strays) flush();
      screen.progress("");
      await Promise.all([out.flushed(), err.flushed()]);
      return out.failure();
    },
  };
}

interface TakenSink extends Sink {
  flushed(): Promise<void>;
  failure(): NodeJS.ErrnoException | undefined;
}

function takenFrom(stream: NodeJS.WriteStream): TakenSink {
  const write = stream.write.bind(stream);
  // Node forgets the error of standard output soon after.
  let told: Error | undefined;
  stream.on("error", (error: Error) => (told ??= error));
  const failure = (): NodeJS.ErrnoException | undefined => told ?? stream.errored ?? undefined;
  return {
    write: (text) => failure() === undefined && write(text),
    get columns() {
      return stream.isTTY ? stream.columns || DEFAULT_COLUMNS : undefined;
    },
    hasColors: stream.isTTY ? stream.hasColors() : false,
    get isGone() {
      return failure() !== undefined;
    },
    flushed: () => new Promise((resolve) => (failure() === undefined ? write("", () => resolve()) : resolve())),
    failure,
  };
}

/** Sends what is written to `stream` by others to the screen's side, a line at a time. Gives a function that sends a line begun. */
function redirected(stream: NodeJS.WriteStream, screen: Screen): () => void {
  const decoder = new TextDecoder();
  let begun = "";
  const send = (line: string): void => {
    const text = stripVTControlCharacters(line).replace(/\r$/, "").replaceAll("\t", "    ");
    screen.write("err", `${printable(text)}\n`);
  };
  stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    begun += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    const lines = begun.split("\n");
    begun = lines.pop()!;
    lines.forEach(send);
    if (begun.length > MAX_STRAY) {
      send(begun);
      begun = "";
    }
    const done = rest.find((each) => typeof each === "function") as (() => void) | undefined;
    if (done !== undefined) queueMicrotask(done);
    return true;
  };
  return () => {
    if (begun !== "") send(begun);
    begun = "";
  };
}
