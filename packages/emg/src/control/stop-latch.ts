/**
 * Whether gestures may move the robot: `armed`; `stopped` after a fault, until the fault is over and the forearm rests;
 * `locked` by the person's own stop, until it is deliberately re-armed.
 */
export type StopState = 'armed' | 'stopped' | 'locked';

/** Rest without a fault that ends a stop, s. */
const restS = 0.3;

/** Keeps a stop until what ended it is over. */
export class StopLatch {
  #state: StopState = 'armed';
  #reason = '';
  #restSinceNs: bigint | undefined;

  get state(): StopState {
    return this.#state;
  }

  /** Why the robot is stopped, one sentence; empty while armed. */
  get reason(): string {
    return this.#reason;
  }

  /** Stops after a fault; a lock stays a lock, and says so. */
  stop(reason: string): void {
    this.#restSinceNs = undefined;
    if (this.#state === 'locked') return;
    this.#state = 'stopped';
    this.#reason = reason;
  }

  /** Stops until {@link rearm}. */
  lock(reason: string): void {
    this.#state = 'locked';
    this.#reason = reason;
  }

  /** Ends a lock. */
  rearm(): void {
    this.#state = 'armed';
    this.#reason = '';
  }

  /** Takes a decision without a fault; a rest that lasts ends a stop. @param isRest - decided, and rest */
  update(isRest: boolean, nowNs: bigint): void {
    if (this.#state !== 'stopped') return;
    if (!isRest) {
      this.#restSinceNs = undefined;
      return;
    }
    this.#restSinceNs ??= nowNs;
    if (Number(nowNs - this.#restSinceNs) >= restS * 1e9) this.rearm();
  }
}
