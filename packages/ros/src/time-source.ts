import type { Cancel, SchedulingClock } from './executor.ts';
import { SimulatedClock } from './ros-clock.ts';

interface Alarm {
  readonly wake: () => void;
  atNs: bigint;
  cancel: Cancel;
}

/** Calls `onTime` with every time of `/clock`. @returns how to stop */
type ListenToClock = (onTime: (nowNs: bigint) => void) => Cancel;

/**
 * A node's ROS clock, as the parameter `use_sim_time` says: the machine's time or that of `/clock`, which is listened to
 * only then. At a change every alarm keeps what it still had to wait, as timers of rcl do.
 */
export class TimeSource implements SchedulingClock {
  readonly #system: SchedulingClock;
  readonly #listen: ListenToClock;
  readonly #alarms = new Set<Alarm>();
  #clock: SchedulingClock;
  #stopListening: Cancel | undefined;

  constructor(system: SchedulingClock, listen: ListenToClock) {
    this.#system = system;
    this.#listen = listen;
    this.#clock = system;
  }

  nowNs(): bigint {
    return this.#clock.nowNs();
  }

  setAlarm(atNs: bigint, wake: () => void): Cancel {
    const alarm: Alarm = { atNs, wake, cancel: () => undefined };
    this.#alarms.add(alarm);
    this.#arm(alarm);
    return () => {
      this.#alarms.delete(alarm);
      alarm.cancel();
    };
  }

  useSimulatedTime(isSimulated: boolean): void {
    if (isSimulated === (this.#stopListening !== undefined)) return;
    const beforeNs = this.#clock.nowNs();
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#clock = this.#system;
    if (isSimulated) {
      const simulated = new SimulatedClock();
      this.#clock = simulated;
      this.#stopListening = this.#listen((nowNs) => simulated.update(nowNs));
    }
    const deltaNs = this.#clock.nowNs() - beforeNs;
    for (const alarm of this.#alarms) {
      alarm.cancel();
      alarm.atNs += deltaNs;
      this.#arm(alarm);
    }
  }

  #arm(alarm: Alarm): void {
    alarm.cancel = this.#clock.setAlarm(alarm.atNs, () => {
      this.#alarms.delete(alarm);
      alarm.wake();
    });
  }
}
