import type { MessageTypes } from '@efferent/interfaces';

type Header = MessageTypes['std_msgs/msg/Header'];

/** sensor_msgs/msg/BatteryState POWER_SUPPLY_STATUS_DISCHARGING. */
const discharging = 2;
/** Hours that a full battery lasts while the robot stands. */
const standingHours = 4;

/** A battery that empties twice as fast while the robot drives. */
export class Battery {
  #share = 0.97;

  /** Lets one second pass and returns the state. */
  next(isDriving: boolean, header: Header) {
    this.#share = Math.max(0, this.#share - (isDriving ? 2 : 1) / (standingHours * 3600));
    return {
      header,
      voltage: 11 + 1.8 * this.#share,
      current: isDriving ? -4 : -2,
      percentage: this.#share,
      present: true,
      power_supply_status: discharging,
    };
  }
}

/** Measures how the simulation keeps up with the clock it is paced by. */
export class Pace {
  /** Time spent stepping since the last report, ms. */
  busyMs = 0;
  #lastNs: bigint;
  #lastTimeS = 0;

  constructor(nowNs: bigint) {
    this.#lastNs = nowNs;
  }

  /** Returns simulated over elapsed time and the share of it spent stepping since the last call. */
  report(nowNs: bigint, timeS: number): { readonly realTimeFactor: number; readonly busyShare: number } {
    const elapsedS = Number(nowNs - this.#lastNs) * 1e-9;
    const realTimeFactor = elapsedS > 0 ? (timeS - this.#lastTimeS) / elapsedS : 0;
    const busyShare = elapsedS > 0 ? this.busyMs / (elapsedS * 1000) : 0;
    this.#lastNs = nowNs;
    this.#lastTimeS = timeS;
    this.busyMs = 0;
    return { realTimeFactor, busyShare };
  }
}
