import { testRuntime } from "@car/conformance";
import { describe, it } from "vitest";
import { createRuntime } from "./create-runtime.js";

testRuntime({ describe, it }, createRuntime);
