import { testInference } from "@car/conformance";
import { describe, it } from "vitest";
import { localInference } from "./local-inference.js";

const provider = localInference();

// The model takes 0.4 s to load, so all tests share it; it has no state.
testInference({ describe, it }, () => provider);
