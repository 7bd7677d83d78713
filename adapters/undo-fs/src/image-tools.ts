import type { BeforeImage, JsonObject, JsonValue } from "@car/ir";
import type { Tool, ToolContext } from "@car/ir/ports";
import { type Image, IMAGE_DEFS, IMAGE_SCHEMA } from "./entry.js";
import type { Kit } from "./kit.js";
import { placeOf } from "./places.js";
import { readImage } from "./read-image.js";
import { restoreImage } from "./restore-image.js";
import { failureOf } from "./tool-failure.js";

/** The reader: gives what lies at paths, and puts the contents into the store. */
export function imageTool(kit: Kit): Tool {
  const path = { type: "string" };
  return {
    schema: {
      name: `${kit.prefix}image`,
      description:
        "Keeps what lies at the paths, so that it can be restored. The runtime calls it before calls that change them.",
      parameters: {
        type: "object",
        properties: {
          paths: { type: "array", minItems: 1, items: { oneOf: [path, { type: "array", items: path }] } },
          shallow: { type: "boolean", description: "Only modes, and whether something is there" },
          outline: { type: "boolean", description: "Hashes of contents, which are not stored" },
          foreign: { type: "boolean", description: "For tools that follow links and write in place" },
        },
        required: ["paths"],
        additionalProperties: false,
      },
      returns: { ...IMAGE_SCHEMA, $defs: IMAGE_DEFS },
      reversibility: "reversible",
      idempotent: true,
    },
    execute: (parameters, context) => kit.queue.run(() => image(kit, parameters, context), context.signal),
  };
}

/** Brings things back to an image. */
export function restoreTool(kit: Kit): Tool {
  const name = `${kit.prefix}restore`;
  return {
    schema: {
      name,
      description: `Brings things back to what ${kit.prefix}image gave. The runtime calls it to undo calls.`,
      parameters: {
        type: "object",
        properties: { image: IMAGE_SCHEMA },
        required: ["image"],
        additionalProperties: false,
        $defs: IMAGE_DEFS,
      },
      idempotent: true,
    },
    execute: (parameters, { signal }) =>
      kit.queue.run(async () => {
        try {
          return { restored: await restoreImage(kit.grounds, kit.store, parameters["image"] as unknown as Image) };
        } catch (error) {
          throw failureOf(error, name);
        }
      }, signal),
  };
}

/** How what a call is about to change is read: the parameters that hold its paths, and how much of what is there. */
export function readerOf(kit: Kit, { paths, ...depth }: ReaderInput): BeforeImage {
  const names = paths.map((parameter) => `$parameters.${parameter}`);
  return { tool: `${kit.prefix}image`, parameters: { paths: names, ...depth }, verify: true };
}

interface ReaderInput {
  readonly paths: readonly string[];
  readonly shallow: boolean;
  readonly outline: boolean;
  readonly foreign: boolean;
}

/** How a call with an image is undone. */
export function compensationOf(kit: Kit): { readonly tool: string; readonly parameters: JsonObject } {
  return { tool: `${kit.prefix}restore`, parameters: { image: "$before" } };
}

async function image(kit: Kit, parameters: JsonObject, context: ToolContext): Promise<JsonValue> {
  const { paths, shallow = false, outline = false, foreign = false } = parameters as unknown as Partial<ReaderInput>;
  try {
    const places = (paths ?? []).flat().map((path) => placeOf(kit.grounds, path, foreign));
    // How a call has left things is compared, and never restored.
    const isStored = !outline && !kit.sightings.isDone(context);
    if (!kit.sightings.isDone(context)) kit.sightings.note(context, places, { shallow, isDone: false });
    const depth = { shallow, foreign, store: isStored ? kit.store : undefined, maxBytes: kit.maxImageBytes };
    return (await readImage(kit.grounds, places, depth)) as unknown as JsonValue;
  } catch (error) {
    throw failureOf(error, `${kit.prefix}image`);
  }
}
