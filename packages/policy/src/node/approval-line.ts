import { crc32 } from "node:zlib";
import * as z from "zod";
import type { ApprovalEntry } from "../approvals/approval-ledger.js";

const text = z.string();
const time = z.number();
const answer = { by: text.optional(), note: text.optional() };
const reason = z.object({ policy_id: text, message: text });
const origin = z.strictObject({ labels: z.array(text), source: text });

const request = z.strictObject({
  id: text,
  subject: text,
  run_id: text,
  proposal_id: text,
  action_id: text,
  tool: text,
  parameters: z.record(text, z.json()),
  principal: text,
  reasons: z.array(reason),
  reversibility: z.enum(["reversible", "compensable", "irreversible"]),
  origins: z.record(text, origin).optional(),
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

/** A line that says that the one before it was torn: its writer ended while it wrote, and nobody was told of it. */
const torn = z.strictObject({ op: z.literal("torn") });

const Line = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("request"), request }),
  z.strictObject({ op: z.literal("decide"), id: text, decision, at: time }),
  z.strictObject({ op: z.literal("grant"), grant }),
  z.strictObject({ op: z.literal("use"), subject: text, run_id: text, at: time }),
  torn,
]);

/** What stands on one line of the file. */
export type ApprovalLine = ApprovalEntry | z.infer<typeof torn>;

/** A line with its checksum: eight hex characters, a blank, JSON, a line feed. */
export function approvalLine(line: ApprovalLine): string {
  const json = JSON.stringify(line);
  return `${checksum(json)} ${json}\n`;
}

/** What a line (without its line feed) says, or `undefined` when it is not as it was written. */
export function readApprovalLine(line: string): ApprovalLine | undefined {
  const json = line.slice(9);
  if (line.slice(0, 9) !== `${checksum(json)} `) return undefined;
  try {
    const read = Line.safeParse(JSON.parse(json));
    return read.success ? (read.data as ApprovalLine) : undefined;
  } catch {
    return undefined;
  }
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, "0");
}
