import { testStateStore } from "@car/conformance";
import { describe, it } from "vitest";
import { memoryStateStore } from "./memory-state-store.js";

testStateStore({ describe, it }, () => memoryStateStore());
