/** Ports of Node keep a process alive while they listen; those of a browser know nothing of that. */
interface HoldingPort {
  ref?(): void;
  unref?(): void;
}

let channel: MessageChannel | undefined;
const waiting: (() => void)[] = [];

/** Resolves in a task of its own, so after every promise that can settle without time or input from outside. */
export function settle(): Promise<void> {
  // One channel serves all: opening one for each call takes ten times as long.
  const { port1, port2 } = (channel ??= openChannel());
  return new Promise((resolve) => {
    waiting.push(resolve);
    (port1 as HoldingPort).ref?.();
    port2.postMessage(null);
  });
}

function openChannel(): MessageChannel {
  const opened = new MessageChannel();
  opened.port1.onmessage = () => {
    const resolve = waiting.shift();
    // A port that is held while nobody waits would keep a process alive.
    if (waiting.length === 0) (opened.port1 as HoldingPort).unref?.();
    resolve?.();
  };
  return opened;
}
