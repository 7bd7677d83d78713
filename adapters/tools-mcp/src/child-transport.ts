import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

/** How long a server may take to end after its input has, and again after it was asked to. */
const STEP_MS = 2_000;
/** How long what an ended server has written may take to arrive. Its own children may hold the pipe open for ever. */
const REST_MS = 300;

/** Servers that are to end with this process. */
const running = new Set<ChildProcess>();

/**
 * The official transport, for a child that can neither hang its parent nor outlive it: it does not keep the process alive (a request
 * does, by its timer), it is gone when the process exits, its end is noticed whoever else holds its pipes, and closing is bounded.
 */
export class ChildTransport extends StdioClientTransport {
  private child: ChildProcess | undefined;
  private closing: Promise<void> | undefined;

  override async start(): Promise<void> {
    await super.start();
    this.child = childOf(this);
    if (this.child === undefined) return;
    letGo(this.child);
    endWithProcess(this.child);
    this.child.once("exit", () => void closePipes(this.child));
  }

  override close(): Promise<void> {
    return (this.closing ??= this.end());
  }

  private async end(): Promise<void> {
    // Another version of the library may keep its child elsewhere: it knows how to end it.
    this.child ??= childOf(this);
    const { child } = this;
    if (child === undefined) return super.close();
    if (child.pid === undefined) return;
    const closed = new Promise<void>((resolve) => {
      if (child.stdout?.closed === true || child.stdout === null) resolve();
      else child.once("close", () => resolve());
    });
    child.stdin?.end();
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      if (await within(STEP_MS, closed)) return;
      child.kill(signal);
    }
    await within(STEP_MS, closed);
  }
}

function childOf(transport: StdioClientTransport): ChildProcess | undefined {
  return (transport as unknown as { readonly _process?: ChildProcess })._process;
}

function letGo(child: ChildProcess): void {
  child.unref();
  for (const pipe of child.stdio) (pipe as { unref?: () => void } | null)?.unref?.();
}

function endWithProcess(child: ChildProcess): void {
  if (running.size === 0) process.on("exit", killAll);
  running.add(child);
  child.once("exit", () => {
    running.delete(child);
    if (running.size === 0) process.off("exit", killAll);
  });
}

/** Nothing can be waited for any more. */
function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Once nobody writes any more, the rest is read; the end of the pipes is what the library notices. */
async function closePipes(child: ChildProcess | undefined): Promise<void> {
  await delay(REST_MS);
  for (const pipe of child?.stdio ?? []) pipe?.destroy();
}

/** Whether it happens in time. Unlike the child, the wait keeps the process alive. */
async function within(ms: number, event: Promise<void>): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(ms, false, { signal: timer.signal }).catch(() => false);
  const isInTime = await Promise.race([event.then(() => true), late]);
  timer.abort();
  return isInTime;
}
