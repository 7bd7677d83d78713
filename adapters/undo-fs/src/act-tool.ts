import { jsonEqual, type JsonObject, type JsonValue, type ToolSchemaInput } from "@car/ir";
import type { ProbeAnswer, Tool, ToolContext } from "@car/ir/ports";
import type { Act, ActCall } from "./acts/act.js";
import { byCodeUnits, type Entry, type Image } from "./entry.js";
import { compensationOf, readerOf } from "./image-tools.js";
import type { Kit } from "./kit.js";
import { type Place, placeOf } from "./places.js";
import { readImage } from "./read-image.js";
import { failureOf, refusal } from "./tool-failure.js";

/** The tool that performs an act, keeps what was there before, and finds out what became of a call. */
export function actTool(kit: Kit, act: Act): Tool {
  return {
    schema: schemaOf(kit, act),
    execute: (parameters, context) => kit.queue.run(() => perform(kit, act, { parameters, context }), context.signal),
    probe: (parameters, { before }) => kit.queue.run(() => probe(kit, act, { parameters, before })),
  };
}

function schemaOf(kit: Kit, act: Act): ToolSchemaInput {
  return {
    name: `${kit.prefix}${act.name}`,
    description: act.description,
    parameters: {
      type: "object",
      properties: act.properties,
      required: [...act.required],
      additionalProperties: false,
    },
    reversibility: "compensable",
    idempotent: act.idempotent,
    before: readerOf(kit, { paths: act.imaged, shallow: act.shallow, outline: act.outline, foreign: false }),
    compensation: compensationOf(kit),
  };
}

async function perform(
  kit: Kit,
  act: Act,
  { parameters, context }: { parameters: JsonObject; context: ToolContext },
): Promise<JsonValue> {
  try {
    const call = callOf(kit, parameters);
    const places = (): readonly Place[] => act.imaged.map((parameter) => call.place(parameter));
    kit.sightings.assertSame(context, places(), act.shallow);
    const output = await act.perform(call);
    kit.sightings.note(context, places(), { shallow: act.shallow, isDone: true });
    return output;
  } catch (error) {
    throw failureOf(error, `${kit.prefix}${act.name}`);
  }
}

/** Equal to what the call leaves: it happened. Equal to what was there before: it did not. Anything else: nobody can tell. */
async function probe(
  kit: Kit,
  act: Act,
  asked: { parameters: JsonObject; before: JsonValue | undefined },
): Promise<ProbeAnswer> {
  if (asked.before === undefined) return undefined;
  const before = asked.before as unknown as Image;
  const call = callOf(kit, asked.parameters);
  const pathOf = (parameter: string): string => call.place(parameter).path;
  const expected = await act.expect(call, (parameter) => entryIn(before, pathOf(parameter)));
  const now = await outline(kit, act, call);
  if (expected !== undefined) {
    const paths = act.imaged
      .map((parameter) => ({ path: pathOf(parameter), ...expected.entries[parameter] }))
      .sort((left, right) => byCodeUnits(left.path, right.path));
    if (jsonEqual(now, { paths, shallow: act.shallow })) return { happened: true, output: expected.output };
  }
  return jsonEqual(now, asked.before) ? { happened: false } : undefined;
}

async function outline(kit: Kit, act: Act, call: ActCall): Promise<JsonValue> {
  const places = act.imaged.map((parameter) => call.place(parameter));
  const depth = { shallow: act.shallow, foreign: false, store: undefined, maxBytes: 0 };
  return (await readImage(kit.grounds, places, depth)) as unknown as JsonValue;
}

function entryIn(image: Image, path: string): Entry {
  const found = image.paths.find((entry) => entry.path === path);
  if (found === undefined) throw refusal("invalid", path, "is not in the before-image");
  const { path: _, ...entry } = found;
  return entry;
}

function callOf({ grounds, store }: Kit, parameters: JsonObject): ActCall {
  const text = (parameter: string): string | undefined => {
    const value = parameters[parameter];
    return typeof value === "string" ? value : undefined;
  };
  return {
    grounds,
    store,
    text,
    place: (parameter) => {
      const place = placeOf(grounds, text(parameter) ?? "");
      if (place.path === ".") throw refusal("denied", text(parameter) ?? "", "is the root itself");
      return place;
    },
    entryAt: async (place) => {
      const { paths } = await readImage(grounds, [place], {
        shallow: false,
        foreign: false,
        store: undefined,
        maxBytes: 0,
      });
      return entryIn({ paths, shallow: false }, place.path);
    },
  };
}
