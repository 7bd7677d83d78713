import { writeFileSync } from "node:fs";
import { policyJsonSchema } from "./src/document/json-schema.js";

const target = new URL("policy.schema.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
