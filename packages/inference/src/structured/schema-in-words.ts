import type { JsonObject } from "@car/ir";
import type { InferenceMessage } from "@car/ir/ports";

/** Asks for JSON of a given form where the service has no field for it. */
export function schemaInWords(schema: JsonObject): InferenceMessage {
  const content = `Answer with JSON alone that fits this JSON Schema, without any other text:\n${JSON.stringify(schema)}`;
  return { role: "system", content };
}
