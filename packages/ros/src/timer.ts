import { ConfigurationError } from '@efferent/core/errors';
import type { Cancel, SchedulingClock } from './executor.ts';
import type { Timer, TimerInfo } from './port.ts';

/** Fires every period without drift; periods that were missed altogether are skipped, as in ROS. */
export class PeriodicTimer implements Timer {
  readonly #clock: SchedulingClock;
  readonly #periodNs: bigint;
  readonly #fire: (info: TimerInfo) => void;
  readonly #armed: Set<PeriodicTimer>;
  #dueNs: bigint;
  #cancelAlarm: Cancel | undefined;

  /**
   * @param armed - has the timer while it is not cancelled
   * @throws {@link ConfigurationError} code `invalid-period`
   */
  constructor(
    clock: SchedulingClock,
    periodNs: bigint,
    armed: Set<PeriodicTimer>,
    fire: (info: TimerInfo) => void,
  ) {
    if (periodNs <= 0n) {
      throw new ConfigurationError({
        code: 'invalid-period',
        message: `a timer's period must be positive, got ${periodNs} ns`,
        fields: { periodNs },
      });
    }
    this.#clock = clock;
    this.#periodNs = periodNs;
    this.#armed = armed;
    this.#fire = fire;
    this.#dueNs = clock.nowNs() + periodNs;
    armed.add(this);
    this.#arm();
  }

  cancel(): void {
    this.#cancelAlarm?.();
    this.#cancelAlarm = undefined;
    this.#armed.delete(this);
  }

  reset(): void {
    this.cancel();
    this.#dueNs = this.#clock.nowNs() + this.#periodNs;
    this.#armed.add(this);
    this.#arm();
  }

  isCanceled(): boolean {
    return this.#cancelAlarm === undefined;
  }

  #arm(): void {
    this.#cancelAlarm = this.#clock.setAlarm(this.#dueNs, this.#onAlarm);
  }

  readonly #onAlarm = (): void => {
    if (this.#cancelAlarm === undefined) return;
    const nowNs = this.#clock.nowNs();
    const expectedCallTime = this.#dueNs;
    this.#dueNs += this.#periodNs;
    const behindNs = nowNs - this.#dueNs;
    if (behindNs >= 0n) this.#dueNs += (behindNs / this.#periodNs + 1n) * this.#periodNs;
    // After a jump back the next turn is one period away.
    else if (-behindNs > this.#periodNs) this.#dueNs = nowNs + this.#periodNs;
    this.#arm();
    this.#fire({ expectedCallTime, actualCallTime: nowNs });
  };
}
