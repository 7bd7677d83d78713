import type { EventLog } from "@car/ir/ports";

/** Gives `body` a fresh log and closes it, whatever happens. */
export async function withLog<T>(
  { create }: { readonly create: () => EventLog | Promise<EventLog> },
  body: (log: EventLog) => Promise<T>,
): Promise<T> {
  const log = await create();
  try {
    return await body(log);
  } finally {
    await log.close();
  }
}
