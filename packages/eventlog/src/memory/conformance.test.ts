import { testEventLog } from "@car/conformance";
import { describe, it } from "vitest";
import { memoryEventLog } from "./memory-event-log.js";

testEventLog({ describe, it }, () => memoryEventLog());
