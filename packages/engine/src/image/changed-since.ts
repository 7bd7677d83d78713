import { jsonEqual, type Reason } from "@car/ir";
import { firstDifference } from "@car/ir/internal";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import type { Image } from "./image-note.js";
import { isVerified } from "./before-call.js";
import { readNow } from "./read-image.js";

/**
 * Why a call is not to be undone although it could be: what it changed is neither as it left it nor as it was before, so it
 * is somebody else's. Asked of calls whose tool wants that verified; what an earlier process had begun to undo is not as
 * anybody left it.
 */
export async function changedSince(run: Run, slot: Slot): Promise<Reason | undefined> {
  if (!isVerified(slot) || slot.notes!.undoBeganAt !== undefined) return undefined;
  const { before, after } = slot.notes!.image!;
  const reading = await readNow(run, slot, "undo");
  if ("reason" in reading) {
    const { reason } = reading;
    return { ...reason, message: `it could not be seen whether anybody has changed it since: ${reason.message}` };
  }
  const now = reading.image.value;
  if (jsonEqual(now, before!.value) || (after !== undefined && jsonEqual(now, after.value))) return undefined;
  return conflict(now, before!, after);
}

function conflict(now: Image["value"], before: Image, after: Image | undefined): Reason {
  const { path } = firstDifference((after ?? before).value, now)!;
  const where = path === "" ? "" : ` (it differs at \`${path}\`)`;
  const message =
    after === undefined
      ? `it is not as it was before the call${where}, and nobody knows how the call left it: it is not overwritten`
      : `somebody else has changed it since the call${where}: it is not overwritten`;
  return { code: "conflict", message };
}
