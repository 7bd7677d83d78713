import type { CarEvent } from "@car/ir";

/** The code of the reason that an event gives. */
export function reasonCodeOf(event: CarEvent | undefined): string | undefined {
  const reason = event?.data["reason"] as { readonly code?: string } | undefined;
  return reason?.code;
}
