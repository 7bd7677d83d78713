import { CarError, type ErrorClass, ToolError } from "@car/ir";

interface Meaning {
  readonly class: ErrorClass;
  readonly text: string;
}

const DENIED = "denied";
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOENT: { class: "not_found", text: "there is no such file or folder" },
  EACCES: { class: DENIED, text: "permission denied" },
  EPERM: { class: DENIED, text: "the operation is not permitted" },
  EROFS: { class: DENIED, text: "the file system is read-only" },
  EXDEV: { class: DENIED, text: "it lies on another file system than the store" },
  EEXIST: { class: "invalid", text: "something is there already" },
  ENOTDIR: { class: "invalid", text: "a part of the path is no folder" },
  EISDIR: { class: "invalid", text: "it is a folder" },
  ENOTEMPTY: { class: "invalid", text: "the folder is not empty" },
  ELOOP: { class: "invalid", text: "it is a link, or the links go in a circle" },
  ENAMETOOLONG: { class: "invalid", text: "the name is too long" },
  EINVAL: { class: "invalid", text: "the system does not take this path" },
  ENOSPC: { class: "transient", text: "the disk is full" },
  EDQUOT: { class: "transient", text: "the quota of the disk is used up" },
  EFBIG: { class: "transient", text: "the file would be larger than files may be" },
};

/**
 * A failure before anything was changed, as a tool tells it: its class says that nothing was done. What is a `CarError` already
 * stays as it is.
 */
export function failureOf(error: unknown, what: string): Error {
  if (CarError.isInstance(error)) return error;
  const { code = "", message = String(error) } = error as NodeJS.ErrnoException;
  const meaning = MEANINGS[code] ?? { class: "transient" as const, text: message };
  return new ToolError(`${what}: ${meaning.text}; nothing was done`, { class: meaning.class, cause: error });
}

/** A refusal: nothing was done. */
export function refusal(errorClass: ErrorClass, path: string, text: string): ToolError {
  return new ToolError(`\`${path}\`: ${text}`, { class: errorClass });
}

/** True for an error of the file system with one of these codes. */
export function hasErrno(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException | undefined)?.code ?? "");
}
