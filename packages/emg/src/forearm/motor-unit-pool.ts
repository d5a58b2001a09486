import type { Rng } from '@efferent/core';

/**
 * Constants of recruitment and rate coding, as NeuroMotion sets Fuglevand's model.
 * @see Fuglevand, Winter, Patla 1993, J Neurophysiol 70:2470; https://github.com/shihan-ma/NeuroMotion
 */
const pool = {
  recruitmentRange: 50,
  lastRecruitedAt: 0.75,
  twitchRange: 100,
  peakRateHz: 40,
  peakRateDropHz: 10,
  minimumRateHz: 10,
  minimumRateDropHz: 5,
  rateGainHz: 50,
  rateGainDropHz: 20,
  /** Standard deviation of an interval between discharges over its mean. */
  intervalVariation: 1 / 6,
} as const;

/** One muscle's motor units: who fires when the muscle is driven so hard. */
export class MotorUnitPool {
  readonly unitCount: number;
  /** Size of each unit's action potential relative to the smallest's, [1, 100]. */
  readonly sizes: Float64Array;
  readonly #thresholds: Float64Array;
  readonly #peakRatesHz: Float64Array;
  readonly #minimumRatesHz: Float64Array;
  readonly #rateGainsHz: Float64Array;
  /** Time until the next discharge, s; negative when the unit is silent. */
  readonly #untilDischargeS: Float64Array;

  constructor(unitCount: number) {
    this.unitCount = unitCount;
    const make = (at: (fraction: number, threshold: number) => number): Float64Array =>
      Float64Array.from({ length: unitCount }, (_, i) => {
        const fraction = (i + 1) / unitCount;
        return at(fraction, pool.recruitmentRange ** (fraction - 1));
      });
    this.sizes = make((fraction) => pool.twitchRange ** fraction);
    this.#thresholds = make((_, relative) => pool.lastRecruitedAt * relative);
    this.#peakRatesHz = make((_, relative) => pool.peakRateHz - pool.peakRateDropHz * relative);
    this.#minimumRatesHz = make((_, relative) => pool.minimumRateHz - pool.minimumRateDropHz * relative);
    this.#rateGainsHz = make((_, relative) => pool.rateGainHz - pool.rateGainDropHz * relative);
    this.#untilDischargeS = new Float64Array(unitCount).fill(-1);
  }

  /** Returns the discharge rate of a unit, Hz, zero below its threshold. */
  rateHz(unit: number, excitation: number): number {
    const above = excitation - (this.#thresholds[unit] as number);
    if (above < 0) return 0;
    const rate = (this.#minimumRatesHz[unit] as number) + (this.#rateGainsHz[unit] as number) * above;
    return Math.min(this.#peakRatesHz[unit] as number, rate);
  }

  /**
   * Lets time pass and reports every discharge. Does not allocate.
   *
   * @param excitation - drive of the muscle, [0, 1]
   * @param durationS - how much time passes, s
   * @param onDischarge - gets the unit and the time of its discharge from the start of this call, s
   */
  advance(
    excitation: number,
    durationS: number,
    rng: Rng,
    onDischarge: (unit: number, atS: number) => void,
  ): void {
    const until = this.#untilDischargeS;
    for (let unit = 0; unit < this.unitCount; unit++) {
      const rate = this.rateHz(unit, excitation);
      if (rate === 0) {
        until[unit] = -1;
        continue;
      }
      let next = until[unit] as number;
      if (next < 0) next = rng.uniform() / rate;
      while (next < durationS) {
        onDischarge(unit, next);
        const interval = (1 + pool.intervalVariation * rng.normal()) / rate;
        next += Math.max(interval, 0.3 / rate);
      }
      until[unit] = next - durationS;
    }
  }
}
