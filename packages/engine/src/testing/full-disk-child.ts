import { CarError } from "@car/ir";
import { createRuntime } from "../create-runtime.js";
import { durableStore } from "../node/index.js";
import { call, tool } from "./fixtures.js";

/** What `execute` told of proposal `i`. */
export interface Told {
  readonly i: number;
  /** Of the result, or the code of the error. */
  readonly status: string;
  readonly runId: string | undefined;
}

/**
 * A process whose files may not grow beyond a limit; run by the tests of a full disk. Arguments: the folder, the length
 * of outputs, how many proposals are executed at once. It executes until each of those got another answer than
 * `committed`, and prints what it was told.
 */
process.on("SIGXFSZ", () => undefined);
const [dir = "", length = "", lanes = ""] = process.argv.slice(2);
const durable = await durableStore({ dir, snapshotEvery: 20 });
const output = ({ i }: { readonly i?: unknown }) => ({ id: `${Number(i)}`, text: "x".repeat(Number(length)) });
const tools = [
  tool("book", output, {
    reversibility: "compensable",
    compensation: { tool: "unbook", parameters: { id: "$output.id" } },
  }),
  tool("unbook", () => null),
  tool("pay", async (parameters) => output(parameters)),
];
const runtime = createRuntime({ durable, tools });
const told: Told[] = [];
let next = 0;
await Promise.all(Array.from({ length: Number(lanes) }, lane));
await runtime.close().catch(() => undefined);
await durable.close().catch(() => undefined);
console.log(JSON.stringify(told));

async function lane(): Promise<void> {
  for (let last = "committed"; last === "committed" && next < 1_000;) {
    const i = next++;
    const { status, runId } = await execute(i);
    told.push({ i, status, runId });
    last = status;
  }
}

async function execute(i: number): Promise<Omit<Told, "i">> {
  try {
    const { status, run_id: runId } = await runtime.execute({
      actions: [
        call("room", "book", { parameters: { i } }),
        call("money", "pay", { parameters: { i }, dependencies: ["room"] }),
        { id: "w", type: "state_write", parameters: { key: `done/${i}`, value: i }, dependencies: ["money"] },
      ],
    });
    return { status, runId };
  } catch (error) {
    const runId = (error as { readonly runId?: string }).runId;
    return { status: CarError.isInstance(error) ? error.code : String(error), runId };
  }
}
