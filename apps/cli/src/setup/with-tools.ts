import type { Tool } from "@car/ir/ports";
import type { Output } from "../io/output.js";
import { type LoadedTools, loadTools } from "./load-tools.js";
import type { Settings } from "./settings.js";

/** Longest wait for what stands behind tools to end. */
const CLOSE_MS = 10_000;

/** Loads tools, hands them to `body`, and ends what stands behind them, whatever comes of it. */
export async function withTools<T>(
  { tools, servers, place }: Settings,
  output: Output,
  body: (tools: readonly Tool[]) => Promise<T>,
): Promise<T> {
  const loaded: LoadedTools[] = [];
  try {
    for (const path of tools) loaded.push(await loadTools(path));
    const beside = loaded.flatMap((each) => each.tools);
    for (const [name, server] of Object.entries(servers)) {
      // The client of such servers takes longer to load than all the rest.
      const { openServer } = await import("./open-server.js");
      loaded.push(await openServer(server, { name, place, output, beside }));
    }
    return await body(loaded.flatMap((each) => each.tools));
  } finally {
    await Promise.all(loaded.map((each) => closed(each, output)));
  }
}

async function closed({ close }: LoadedTools, output: Output): Promise<void> {
  if (close === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${CLOSE_MS / 1_000} s`)), CLOSE_MS);
  });
  try {
    await Promise.race([(async () => close())(), late]);
  } catch (error) {
    output.aside(`closing tools: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearTimeout(timer);
  }
}
