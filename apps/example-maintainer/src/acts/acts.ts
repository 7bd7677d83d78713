import type { Act } from "../stage.js";
import { brokenEdit } from "./broken-edit.js";
import { destructivePlan } from "./destructive-plan.js";
import { evidence } from "./evidence.js";
import { flawedPlan } from "./flawed-plan.js";
import { parallelReads } from "./parallel-reads.js";
import { release } from "./release.js";

/** The story, in order. */
export const ACTS: readonly Act[] = [flawedPlan, destructivePlan, parallelReads, brokenEdit, release, evidence];
