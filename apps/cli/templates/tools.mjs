import { mkdir, readdir, rm, writeFile } from "node:fs/promises";

const FOLDER = "notes";

/** Tools over a folder of notes. What each says of itself decides what happens when a later action fails. */
export const tools = [
  {
    schema: {
      name: "list_notes",
      description: "Names of all notes",
      parameters: { type: "object", additionalProperties: false },
      // It changes nothing, so there is nothing to undo.
      reversibility: "reversible",
    },
    execute: async () => {
      await mkdir(FOLDER, { recursive: true });
      return (await readdir(FOLDER)).sort();
    },
  },
  {
    schema: {
      name: "add_note",
      description: "Writes a new note",
      parameters: {
        type: "object",
        properties: { name: { type: "string", pattern: "^[a-z]+$" }, text: { type: "string" } },
        required: ["name", "text"],
        additionalProperties: false,
      },
      // When the run fails after it, this call undoes it; when it fails itself, it has done nothing.
      failures: "definite",
      reversibility: "compensable",
      compensation: { tool: "remove_note", parameters: { name: "$parameters.name" } },
    },
    execute: async ({ name, text }) => {
      await mkdir(FOLDER, { recursive: true });
      // "wx" fails when the note is there already: an old note is never lost.
      await writeFile(`${FOLDER}/${name}.txt`, text, { flag: "wx" });
      return { written: name };
    },
  },
  {
    schema: {
      name: "remove_note",
      description: "Removes a note",
      parameters: {
        type: "object",
        properties: { name: { type: "string", pattern: "^[a-z]+$" } },
        required: ["name"],
        additionalProperties: false,
      },
      idempotent: true,
    },
    execute: async ({ name }) => {
      await rm(`${FOLDER}/${name}.txt`, { force: true });
      return { removed: name };
    },
  },
];
