import type { JsonObject } from "@car/ir";

const TEXTS: JsonObject = { type: "array", items: { type: "string" } };

/** The form of a proposal as models are asked for it: the fields that a model has a use for. The parser is stricter. */
export const PROPOSAL_SCHEMA: JsonObject = {
  type: "object",
  required: ["actions"],
  properties: {
    actions: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["id", "type"],
        properties: {
          id: { type: "string", pattern: "^[A-Za-z0-9_-]+$" },
          type: { enum: ["tool_call", "state_write", "state_read", "assertion"] },
          tool: { type: "string" },
          parameters: { type: "object" },
          dependencies: TEXTS,
          state_dependencies: TEXTS,
          preconditions: {
            type: "array",
            items: {
              type: "object",
              required: ["key"],
              properties: { key: { type: "string" }, operator: { type: "string" } },
            },
          },
          expected_effects: { type: "object" },
          failure_behavior: { enum: ["abort", "retry", "skip"] },
        },
      },
    },
  },
};
