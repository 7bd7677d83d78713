import { testMemory } from "@car/conformance";
import { describe, it } from "vitest";
import { createMemgine } from "./memgine.js";

testMemory({ describe, it }, ({ clock, ids }) => createMemgine({ clock, ids }));
