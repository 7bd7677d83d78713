import { checkedLine, uncheckedLine } from "@car/files";
import { type JsonObject, JsonInvalidError, parseJsonText } from "@car/ir";
import * as z from "zod";
import type { ApprovalEntry } from "../approval-ledger.js";

const text = z.string();
const time = z.number();
const answer = { by: text.optional(), note: text.optional() };
const reason = z.object({ policy_id: text, message: text });
const origin = z.strictObject({ labels: z.array(text), source: text });

/** Taken as they are: a copy would lose members named `__proto__`, and the approver would be shown less than runs. */
const parameters = z.custom<JsonObject>(isObject);
const origins = z.custom<Record<string, z.infer<typeof origin>>>(
  (value) => isObject(value) && Object.values(value).every((each) => origin.safeParse(each).success),
);

const request = z.strictObject({
  id: text,
  subject: text,
  run_id: text,
  proposal_id: text,
  action_id: text,
  tool: text,
  parameters,
  principal: text,
  reasons: z.array(reason),
  reversibility: z.enum(["reversible", "compensable", "irreversible"]),
  origins: origins.optional(),
  requested_at: time,
  expires_at: time,
});
const decision = z.strictObject({
  approved: z.boolean(),
  ...answer,
  sticky: z.boolean().optional(),
  expires_at: time.optional(),
});
const grant = z.strictObject({ subject: text, expires_at: time, sticky: z.boolean(), ...answer });

/** Where a line stands. */
const link = {
  /** Names the store that wrote it, for as long as that is open. */
  writer: z.string(),
  /** Counts the writer's lines, from 1. */
  nr: z.int().positive(),
  /** Hash of all lines that the writer had read. */
  prev: z.string(),
};

const Line = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("request"), request, ...link }),
  z.strictObject({ op: z.literal("decide"), id: text, decision, at: time, ...link }),
  z.strictObject({ op: z.literal("grant"), grant, ...link }),
  z.strictObject({ op: z.literal("use"), subject: text, run_id: text, at: time, ...link }),
  // Says that the line before it was torn: its writer ended while it wrote, and nobody was told of it.
  z.strictObject({ op: z.literal("torn"), ...link }),
]);

/** A change of the ledger, or that the line before is torn. */
export type ApprovalChange = ApprovalEntry | { readonly op: "torn" };

/** Where a line stands among the lines of its file and of its writer. */
export interface ApprovalLink {
  readonly writer: string;
  readonly nr: number;
  readonly prev: string;
}

/** What stands on one line of the file. */
export type ApprovalLine = ApprovalChange & ApprovalLink;

/** A line, with its line feed. */
export function approvalLine(change: ApprovalChange, { writer, nr, prev }: ApprovalLink): string {
  return `${checkedLine(JSON.stringify({ ...change, writer, nr, prev }))}\n`;
}

/** What a line (without its line feed) says, or what is wrong with it. */
export function readApprovalLine(line: string): ApprovalLine | { readonly problem: string } {
  const json = uncheckedLine(line);
  if (json === undefined) return { problem: "it is not as it was written" };
  try {
    const read = Line.safeParse(parseJsonText(json));
    return read.success ? (read.data as ApprovalLine) : { problem: `it holds no approval: ${problemOf(read.error)}` };
  } catch (error) {
    if (error instanceof JsonInvalidError) return { problem: error.message };
    throw error;
  }
}

function problemOf({ issues }: z.ZodError): string {
  const [first] = issues;
  return `${first?.path.join(".") ?? ""}: ${first?.message ?? "it has another shape"}`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
