/** Something that an action of a second execution waits for, and that the recording supplies when its time comes. */
export interface ReplayWait {
  /** It came. */
  readonly go: () => void;
  /** It did not come in time. */
  readonly giveUp: () => void;
}

/** What the actions of a run wait for, by action id: never more than one thing each. */
export class Waits {
  private readonly waits = new Map<string, ReplayWait>();
  /** Answers that a host's own policy has promised. */
  readonly promised = new Set<PromiseLike<unknown>>();

  /** Lets an action wait. */
  set(actionId: string, wait: ReplayWait): void {
    this.waits.set(actionId, wait);
  }

  /** Whether the action waits. */
  has(actionId: string): boolean {
    return this.waits.has(actionId);
  }

  /** Takes the action's wait out, if there is one. */
  take(actionId: string): ReplayWait | undefined {
    const wait = this.waits.get(actionId);
    this.waits.delete(actionId);
    return wait;
  }

  /** A promise that `wait` settles. */
  promise<T>(actionId: string, value: () => T | PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.set(actionId, { go: () => resolve(value()), giveUp: () => reject(new Error("it did not come in time")) });
    });
  }
}
