import { type Action, LazyPayload, type StateChangedData } from "@car/ir";
import { memoryBytes } from "@car/ir/internal";

/** Whether it claims to change anything. */
export function hasClaims({ expected_effects: claims }: Action): boolean {
  for (const _ in claims) return true;
  return false;
}

/** The payload of an action that changed just what it claims. */
export class ClaimedChanges extends LazyPayload<StateChangedData> {
  private readonly action: Action;

  constructor(action: Action) {
    super();
    this.action = action;
  }

  get bytes(): number {
    return memoryBytes(this.action.expected_effects);
  }

  make(): StateChangedData {
    const claims = Object.entries(this.action.expected_effects);
    return { changes: claims.map(([key, value]) => ({ key, value, origin: "model" })) };
  }
}
