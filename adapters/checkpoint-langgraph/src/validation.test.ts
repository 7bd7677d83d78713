import { memoryStateStore } from "@car/state";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { carCheckpointSaver } from "./car-checkpoint-saver.js";

// The suite takes these for globals, also while its tests run.
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it });
const { deltaChannelHistoryTests, validate } = await import("@langchain/langgraph-checkpoint-validation");

const saver = {
  checkpointerName: "carCheckpointSaver",
  createCheckpointer: () => carCheckpointSaver({ store: memoryStateStore() }),
};

describe("[CL-1] LangGraph's own validation of checkpoint savers", () => {
  validate(saver);
});

describe("[CL-1] LangGraph's own validation of delta channels", () => {
  deltaChannelHistoryTests(saver);
});
