import * as z from "zod";
import { Assertion, StateRead, StateWrite } from "./state-actions.js";
import { ToolCall } from "./tool-call.js";

/** One unit of intent. A new variant is a new schema and one entry here. */
export const Action = z.discriminatedUnion("type", [ToolCall, StateWrite, StateRead, Assertion]);
export type Action = z.infer<typeof Action>;

/** The name of a kind of action. */
export type ActionType = Action["type"];
