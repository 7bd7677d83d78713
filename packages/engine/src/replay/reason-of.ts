import { type CarEvent, payloadOf, type Reason, type ReasonCode } from "@car/ir";

/** The reason that an event gives, if it gives one. */
export function reasonOf(event: CarEvent | undefined): Reason | undefined {
  const data = event && payloadOf(event);
  return data !== undefined && "reason" in data ? data.reason : undefined;
}

/** The code of that reason. */
export function reasonCodeOf(event: CarEvent | undefined): ReasonCode | undefined {
  return reasonOf(event)?.code;
}
