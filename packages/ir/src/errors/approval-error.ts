import { CarError } from "./car-error.js";

/** A request for approval that is answered is unknown, has expired, or has been answered. Nothing was changed. */
export class ApprovalUnknownError extends CarError {
  readonly code = "CAR_APPROVAL_UNKNOWN";
}

/** The approval store holds as many open requests as it may. Answer some, or let them expire. */
export class ApprovalStoreFullError extends CarError {
  readonly code = "CAR_APPROVAL_STORE_FULL";
}
