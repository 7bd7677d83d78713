import { type JsonObject, type JsonValue, ToolError } from "@car/ir";
import { type GitImage, readImage } from "../image.js";
import { objectSchema, type ToolParts } from "../kit.js";
import { restoreImage } from "../restore.js";

export const GIT_IMAGE: ToolParts = {
  schema: {
    name: "git_image",
    description:
      "What a repository is now, as git_restore can make it again: HEAD, refs, the stash, the index, and files that differ from the index.",
    parameters: objectSchema({
      refs: {
        type: "array",
        items: { type: "string", pattern: "^(HEAD|refs/.+)$" },
        description: "Full names, and HEAD with its branch. Default: HEAD, all branches, tags, and the stash.",
      },
      index: { type: "boolean" },
      files: { type: "boolean" },
      untracked: { type: "boolean" },
    }),
    reversibility: "reversible",
    idempotent: true,
  },
  run: (parameters, { repository }) => readImage(repository, parameters),
};

export const GIT_RESTORE: ToolParts = {
  schema: {
    name: "git_restore",
    description: "Makes the repository what an image of git_image says. Can be repeated.",
    parameters: objectSchema({ image: { type: "object" } }, ["image"]),
    idempotent: true,
  },
  run: async ({ image }, { repository, key }) => {
    if (!isImage(image)) throw new ToolError("`image` is none of git_image", { class: "invalid" });
    return { ...(await restoreImage(repository, image, { key })) };
  },
};

/** Enough to tell an image from something else; each of its values is checked where it is used. */
function isImage(value: JsonValue | undefined): value is GitImage {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { format, refs, files = {} } = value as JsonObject;
  return (
    format === 1 && [refs, files].every((part) => typeof part === "object" && part !== null && !Array.isArray(part))
  );
}
