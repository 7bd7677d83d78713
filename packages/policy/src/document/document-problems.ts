import type { PolicyDocumentProblem } from "@car/ir";
import { pathText } from "@car/ir/internal";
import type { DocumentFinding } from "./document-source.js";
import type { Place, Places } from "./place.js";

/** Where a document came from, as far as that is known. */
export interface DocumentOrigin {
  readonly file?: string | undefined;
  readonly places?: Places | undefined;
}

/** Reporting stops here: whoever reads the report mends the first ones and tries again. */
const MAX_PROBLEMS = 100;

/** The findings as problems, each with the best known place, in the order of the text. */
export function documentProblems(
  findings: readonly DocumentFinding[],
  { file, places }: DocumentOrigin,
): readonly PolicyDocumentProblem[] {
  const placed = findings.map((finding) => ({ finding, place: finding.place ?? places?.find(finding.path) }));
  placed.sort((left, right) => comparePlaces(left.place, right.place));
  const problems = placed.slice(0, MAX_PROBLEMS).map(({ finding: { path, message, did_you_mean }, place }) => ({
    ...(file !== undefined && { file }),
    ...place,
    path: pathText(path),
    message,
    ...(did_you_mean !== undefined && { did_you_mean }),
  }));
  const isCut = findings.length > MAX_PROBLEMS;
  return isCut ? [...problems, { path: "", message: "there are further problems" }] : problems;
}

function comparePlaces(left: Place | undefined, right: Place | undefined): number {
  const lines = (left?.line ?? Infinity) - (right?.line ?? Infinity);
  // Two places that are not known keep their order: infinity less itself is NaN.
  return (Number.isNaN(lines) ? 0 : lines) || (left?.column ?? 0) - (right?.column ?? 0);
}
