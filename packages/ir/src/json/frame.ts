import { pathText, type PathStep } from "./json-path.js";

/** A container that is being walked, inside another: enough to find cycles, and the path when something is wrong. */
export interface Frame {
  container: object;
  readonly outer: Frame | undefined;
  /** 1 for the outermost container. */
  readonly depth: number;
  /** The step being taken in it, once there is one. */
  step: PathStep | undefined;
  /** The last frame made inside this one, to be used again: only one is open at a time. */
  inner: Frame | undefined;
}

/** The frame of a container met at the current step of `outer`. */
export function frameOf(container: object, outer: Frame | undefined): Frame {
  if (outer === undefined) return { container, outer, depth: 1, step: undefined, inner: undefined };
  const { inner } = outer;
  if (inner === undefined) {
    return (outer.inner = { container, outer, depth: outer.depth + 1, step: undefined, inner: undefined });
  }
  inner.container = container;
  inner.step = undefined;
  return inner;
}

/** True when the frame's container is also one of those around it. */
export function isCycle({ container, outer }: Frame): boolean {
  for (let frame = outer; frame !== undefined; frame = frame.outer) {
    if (frame.container === container) return true;
  }
  return false;
}

/** The place that the walk has reached, as text. */
export function pathOfFrame(innermost: Frame | undefined): string {
  const path: PathStep[] = [];
  for (let frame = innermost; frame !== undefined; frame = frame.outer) {
    if (frame.step !== undefined) path.push(frame.step);
  }
  return pathText(path.reverse());
}
