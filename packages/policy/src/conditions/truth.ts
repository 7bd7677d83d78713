/** What a condition says of a value. `unknown`: it cannot be compared, or that would cost too much. */
export type Truth = "yes" | "no" | "unknown";

/** `yes` or `no`. */
export function truthOf(holds: boolean): Truth {
  return holds ? "yes" : "no";
}

/** Whether one of two holds: `yes` wins over `unknown`, which wins over `no`. */
export function either(left: Truth, right: Truth): Truth {
  if (left === "yes" || right === "yes") return "yes";
  return left === "unknown" || right === "unknown" ? "unknown" : "no";
}

/** Whether both hold: `no` wins over `unknown`, which wins over `yes`. */
export function both(left: Truth, right: Truth): Truth {
  if (left === "no" || right === "no") return "no";
  return left === "unknown" || right === "unknown" ? "unknown" : "yes";
}
