import { ToolError } from "@car/ir";
import { imageProblem } from "../image-problem.js";
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
    const problem = imageProblem(image);
    if (problem !== undefined) throw new ToolError(`\`image\` is none of git_image: ${problem}`, { class: "invalid" });
    return { ...(await restoreImage(repository, image as GitImage, { key })) };
  },
};
