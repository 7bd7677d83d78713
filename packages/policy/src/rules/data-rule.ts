import * as z from "zod";
import { AllowState } from "./allow-state.js";
import { AllowToolParam } from "./allow-tool-param.js";
import { AllowTool } from "./allow-tool.js";
import { DenyFlow } from "./deny-flow.js";
import { DenyKeyword } from "./deny-keyword.js";
import { DenyToolParam } from "./deny-tool-param.js";
import { DenyTool } from "./deny-tool.js";
import { Endorse } from "./endorse.js";
import { MaxCalls } from "./max-calls.js";
import { MustPrecede } from "./must-precede.js";
import { NeverAfter } from "./never-after.js";
import { NeverTogether } from "./never-together.js";
import { RateLimitTool } from "./rate-limit-tool.js";
import { RequireApprovalForFlow } from "./require-approval-for-flow.js";
import { RequireApproval } from "./require-approval.js";
import { RequireState } from "./require-state.js";
import { SeparationOfDuties } from "./separation-of-duties.js";
import { TrustedOnly } from "./trusted-only.js";

/** A rule as data. A new type is a new file, one line here, one in `compile-rule.ts` and one in `rule-ids.ts`. */
export const DataRule = z.discriminatedUnion("type", [
  DenyTool,
  DenyToolParam,
  AllowTool,
  AllowToolParam,
  AllowState,
  DenyKeyword,
  RequireState,
  RateLimitTool,
  RequireApproval,
  DenyFlow,
  RequireApprovalForFlow,
  TrustedOnly,
  Endorse,
  MaxCalls,
  MustPrecede,
  NeverTogether,
  NeverAfter,
  SeparationOfDuties,
]);
export type DataRule = Readonly<z.infer<typeof DataRule>>;
