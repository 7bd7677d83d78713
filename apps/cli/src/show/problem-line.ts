import type { PolicyDocumentProblem } from "@car/ir";

/** `file:line:column: path: message`; editors and terminals make a link of it. */
export function problemLine({ file, line, column, path, message, did_you_mean }: PolicyDocumentProblem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  const meant = did_you_mean === undefined ? "" : `, did you mean \`${did_you_mean}\`?`;
  return [place, path, message + meant].filter((part) => part !== "").join(": ");
}
