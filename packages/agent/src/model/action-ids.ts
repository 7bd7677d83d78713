import { sha256Hex } from "@car/ir";
import { wellFormed } from "@car/ir/internal";

const FITS = /^[A-Za-z0-9_-]{1,256}$/;
const KEPT_CHARS = 200;

/**
 * The action ids that stand for the ids of calls, in order, all different: an id that can be one as it is, another one
 * with a hash of the whole, and a number where a model gave none.
 */
export function actionIds(callIds: readonly string[]): readonly string[] {
  const taken = new Set(callIds.filter((id) => FITS.test(id)));
  const used = new Set<string>();
  return callIds.map((callId, index) => {
    const wanted = FITS.test(callId) ? callId : fittedId(callId, index);
    let id = wanted;
    for (let count = 2; used.has(id) || (id !== callId && taken.has(id)); count++)
      id = `${wanted.slice(0, 240)}_${count}`;
    used.add(id);
    return id;
  });
}

function fittedId(callId: string, index: number): string {
  if (callId === "") return `call_${index + 1}`;
  const hash = sha256Hex(wellFormed(callId)).slice(0, 8);
  return `${callId.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, KEPT_CHARS)}_${hash}`;
}

/** The ids that more than one call has. Nobody can tell which of them an answer belongs to. */
export function doubledIds(callIds: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const doubled = new Set<string>();
  for (const id of callIds) {
    if (id !== "" && seen.has(id)) doubled.add(id);
    seen.add(id);
  }
  return doubled;
}
