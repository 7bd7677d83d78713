import type { ProposalInput } from "@car/ir";
import { CLEAN_SLATE } from "./plans/clean-slate.js";
import { FIRST_DRAFT } from "./plans/first-draft.js";
import { QUICK_FIX } from "./plans/quick-fix.js";
import { RELEASE } from "./plans/release.js";
import { SURVEY } from "./plans/survey.js";
import type { Planner, PlanName } from "./planner.js";

const PLANS: Readonly<Record<PlanName, ProposalInput>> = {
  first_draft: FIRST_DRAFT,
  clean_slate: CLEAN_SLATE,
  survey: SURVEY,
  quick_fix: QUICK_FIX,
  release: RELEASE,
};

/** Plans a model might have written, with the mistakes it might have made. What they do when run is real. */
export const scriptedPlanner: Planner = {
  name: "scripted",
  maxTurns: 1,
  propose: async ({ name }) => PLANS[name],
};
