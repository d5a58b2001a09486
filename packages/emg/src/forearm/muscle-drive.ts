import type { Rng } from '@efferent/core';
import { type GestureName, gestureNames } from '../gestures.ts';
import { muscles } from './muscles.ts';
import type { VirtualPerson } from './virtual-person.ts';

/** How much a person's repetitions of one gesture differ from each other; ours, see `docs/hdemg.md`. */
export interface TrialVariation {
  /** Standard deviation of the logarithm of each muscle's activation between repetitions. */
  readonly muscleLogSd: number;
  /** Standard deviation of the logarithm of the whole contraction between repetitions. */
  readonly effortLogSd: number;
  /** Standard deviation of unwanted activation of every muscle, fraction of maximum at full effort. */
  readonly coContraction: number;
  /** Standard deviation of the share of some other gesture that is mixed into a repetition. */
  readonly mixing: number;
  /** Standard deviation of each muscle's slow fluctuation during a hold, fraction of its activation. */
  readonly holdSd: number;
}

export const defaultTrialVariation: TrialVariation = {
  muscleLogSd: 0.48,
  effortLogSd: 0.2,
  coContraction: 0.08,
  mixing: 0.14,
  holdSd: 0.3,
};

const transitionS: readonly [number, number] = [0.2, 0.4];
const tonicActivation = 0.002;
/** Rise and fall of an involuntary contraction, s; ours. */
const spasmEdgeS = 0.15;
/** Correlation time of the fluctuation during a hold, s; ours. */
const holdCorrelationS = 0.3;

/**
 * Turns prompts into the activation of every muscle over time: a transition of 200 to 400 ms to a new repetition of
 * the gesture, then a hold that drifts.
 */
export class MuscleDrive {
  /** Excitation of each muscle now, fraction of maximum. */
  readonly activations = new Float64Array(muscles.length);
  readonly #person: VirtualPerson;
  readonly #rng: Rng;
  readonly #variation: TrialVariation;
  readonly #from = new Float64Array(muscles.length);
  readonly #to = new Float64Array(muscles.length);
  readonly #modulation = new Float64Array(muscles.length);
  #transitionS = 0;
  #elapsedS = 0;

  readonly #spasm = new Float64Array(muscles.length);
  #spasmLeftS = 0;
  #spasmElapsedS = 0;

  constructor(person: VirtualPerson, rng: Rng) {
    this.#person = person;
    this.#rng = rng;
    this.#variation = person.variation;
  }

  /**
   * Starts a new repetition of a gesture from whatever the muscles do now.
   *
   * @param gesture - what the person wants to do
   * @param effort - fraction of a maximal contraction, [0, 1]
   * @returns duration of the transition, s
   */
  perform(gesture: GestureName, effort: number): number {
    const rng = this.#rng;
    this.#readTarget(this.#from);
    const repetitionEffort = effort * Math.exp(rng.normal(0, this.#variation.effortLogSd));
    const synergy = this.#person.synergies[gesture];
    const other = this.#person.synergies[rng.pick(gestureNames)];
    const mixed = Math.min(0.5, Math.abs(rng.normal(0, this.#variation.mixing)));
    for (let m = 0; m < muscles.length; m++) {
      const muscle = Math.exp(rng.normal(0, this.#variation.muscleLogSd));
      const unwanted = Math.abs(rng.normal(0, this.#variation.coContraction));
      const wanted = ((1 - mixed) * (synergy[m] as number) + mixed * (other[m] as number)) * muscle;
      this.#to[m] = gesture === 'rest' ? 0 : Math.min(1, repetitionEffort * (wanted + unwanted));
    }
    return this.#begin();
  }

  /** Starts tightening all muscles at once; see {@link perform}. */
  coContract(effort: number): number {
    this.#readTarget(this.#from);
    for (let m = 0; m < muscles.length; m++) {
      this.#to[m] = Math.min(1, effort * Math.exp(this.#rng.normal(0, this.#variation.muscleLogSd / 2)));
    }
    return this.#begin();
  }

  /** Starts an involuntary contraction of about half of the muscles, on top of what is intended. */
  spasm(durationS: number, strength: number): void {
    for (let m = 0; m < muscles.length; m++) {
      this.#spasm[m] = this.#rng.chance(0.5) ? strength * this.#rng.range(0.4, 1) : 0;
    }
    this.#spasmLeftS = durationS;
    this.#spasmElapsedS = 0;
  }

  #begin(): number {
    this.#elapsedS = 0;
    this.#transitionS = this.#rng.range(...transitionS);
    return this.#transitionS;
  }

  /** Moves time forward and updates {@link activations}. Does not allocate. */
  advance(durationS: number): void {
    this.#elapsedS = Math.min(this.#transitionS, this.#elapsedS + durationS);
    const decay = Math.exp(-durationS / holdCorrelationS);
    const kick = this.#variation.holdSd * Math.sqrt(1 - decay * decay);
    const spasm = this.#advanceSpasm(durationS);
    this.#readTarget(this.activations);
    for (let m = 0; m < muscles.length; m++) {
      const modulation = decay * (this.#modulation[m] as number) + this.#rng.normal(0, kick);
      this.#modulation[m] = modulation;
      const held = (this.activations[m] as number) * Math.max(0, 1 + modulation);
      this.activations[m] = Math.min(1, held + tonicActivation + spasm * (this.#spasm[m] as number));
    }
  }

  /** Returns how far the spasm has risen now, [0, 1]. */
  #advanceSpasm(durationS: number): number {
    if (this.#spasmLeftS <= 0) return 0;
    this.#spasmLeftS -= durationS;
    this.#spasmElapsedS += durationS;
    return Math.max(0, Math.min(1, this.#spasmElapsedS / spasmEdgeS, this.#spasmLeftS / spasmEdgeS));
  }

  /** Writes the activation without modulation: a minimum-jerk blend from the last repetition to this one. */
  #readTarget(out: Float64Array): void {
    const t = this.#transitionS === 0 ? 1 : this.#elapsedS / this.#transitionS;
    const blend = t * t * t * (10 + t * (6 * t - 15));
    for (let m = 0; m < out.length; m++) {
      const from = this.#from[m] as number;
      out[m] = from + ((this.#to[m] as number) - from) * blend;
    }
  }
}
