import { Rng } from '@efferent/core';
import type { GestureName } from '../gestures.ts';
import { type MuscleActivity, spasmS } from './activation-request.ts';
import { Interference } from './interference.ts';
import { MotorUnitPool } from './motor-unit-pool.ts';
import { MuscleDrive } from './muscle-drive.ts';
import { muscles } from './muscles.ts';
import { sleeveElectrodes, sleeveLayout } from './sleeve.ts';
import type { VirtualPerson } from './virtual-person.ts';
import { actionPotentialDurationS, computeActionPotential, type FibreBundle } from './volume-conductor.ts';

export interface SyntheticForearmOptions {
  /** Who wears the sleeve, and how it sits; see {@link createVirtualPerson} and {@link wear}. */
  readonly person: VirtualPerson;
  /** Which recording of that person: repetitions, noise and discharges differ, anatomy does not. */
  readonly recordingSeed: number;
  readonly sampleRateHz: number;
}

const unitsPerMuscle = 60;
/** Longest stretch over which excitation is taken as constant, s. */
const stepS = 0.0125;
/** µV for one relative unit of {@link computeActionPotential}; gives 20 to 300 µV RMS over efforts. Ours. */
const microvoltPerUnit = 18;

/**
 * A forearm in a sleeve of 64 electrodes: motor units of 15 muscles discharge, their action potentials travel along the
 * fibres and add up at the electrodes, with noise, mains field and baseline wander.
 *
 * Simplified against NeuroMotion: 60 lumped units a muscle, straight fibres, an infinite anisotropic conductor, no
 * change of geometry with posture.
 */
export class SyntheticForearm {
  readonly channelCount = sleeveLayout.rings * sleeveLayout.columns;
  readonly sampleRateHz: number;
  readonly person: VirtualPerson;
  readonly #drive: MuscleDrive;
  readonly #pools: readonly MotorUnitPool[];
  readonly #interference: Interference;
  readonly #dischargeRng: Rng;
  /** What each electrode passes of the potential under it, `[channel]`. */
  readonly #electrodeGains: Float64Array;
  /** `[muscle][unit]`, each `[sample, channel]`, µV. */
  readonly #templates: readonly (readonly Float32Array[])[];
  /** Muscle potentials still to come, `[sample, channel]`, a ring. */
  readonly #pending: Float32Array;
  readonly #pendingSamples: number;
  #pendingHead = 0;
  #sampleIndex = 0;
  #transitionEndSample = 0;
  #addingMuscle = 0;

  constructor(options: SyntheticForearmOptions) {
    const rng = new Rng(options.recordingSeed).fork(`recording-${options.person.seed}`);
    this.sampleRateHz = options.sampleRateHz;
    this.person = options.person;
    this.#electrodeGains = Float64Array.from(options.person.electrodeGains);
    this.#drive = new MuscleDrive(this.person, rng.fork('drive'));
    this.#dischargeRng = rng.fork('discharges');
    this.#interference = new Interference(
      this.person,
      this.channelCount,
      this.sampleRateHz,
      rng.fork('interference'),
    );
    this.#pools = muscles.map(() => new MotorUnitPool(unitsPerMuscle));
    const bundles = drawBundles(this.person, this.#pools);
    this.#templates = computeTemplates(this.person, this.#pools, bundles, this.sampleRateHz);
    const longest =
      Math.max(...this.#templates.flat().map((template) => template.length)) / this.channelCount;
    this.#pendingSamples = longest + Math.ceil(stepS * this.sampleRateHz);
    this.#pending = new Float32Array(this.#pendingSamples * this.channelCount);
  }

  /** Index of the next sample that {@link generate} writes. */
  get sampleIndex(): number {
    return this.#sampleIndex;
  }

  /** Index of the first sample at which the last prompted transition is over and muscle drive has its final value. */
  get transitionEndSample(): number {
    return this.#transitionEndSample;
  }

  /**
   * Starts a new repetition of a gesture; the muscles get there within 200 to 400 ms.
   *
   * @param effort - fraction of a maximal contraction, [0, 1]; ignored for `rest`
   */
  perform(gesture: GestureName, effort: number): void {
    const transitionS = this.#drive.perform(gesture, effort);
    this.#transitionEndSample = this.#sampleIndex + Math.ceil(transitionS * this.sampleRateHz);
  }

  /** Does what somebody asks for by {@link parseActivation}. @param effort - fraction of a maximal contraction, [0, 1] */
  act(activity: MuscleActivity, effort: number): void {
    if (activity === 'spasm') this.spasm(spasmS, effort);
    else if (activity === 'tighten') this.coContract(effort);
    else this.perform(activity, effort);
  }

  /**
   * Tightens every muscle at once on purpose, until the next {@link perform}.
   * @param effort - fraction of a maximal contraction, [0, 1]
   */
  coContract(effort: number): void {
    this.#drive.coContract(effort);
  }

  /**
   * Starts an involuntary contraction of some muscles on top of whatever is intended.
   *
   * @param durationS - with a rise and a fall of 150 ms
   * @param strength - fraction of a maximal contraction, [0, 1]
   */
  spasm(durationS: number, strength: number): void {
    this.#drive.spasm(durationS, strength);
  }

  /** Pulls at the cables: a slow wave on every electrode that dies away within a second, peak `amplitudeUv`. */
  knock(amplitudeUv: number): void {
    this.#interference.knock(amplitudeUv);
  }

  /**
   * Changes one electrode's contact from the next sample on.
   *
   * @param passes - fraction of the potential under it that arrives, [0, 1]
   * @param pickup - factor on its share of the mains field; some 20 when it hangs loose
   */
  setContact(channel: number, passes: number, pickup = 1): void {
    this.#electrodeGains[channel] = passes;
    this.#interference.setPickup(channel, pickup);
  }

  /**
   * Writes the next samples. Does not allocate.
   *
   * @param samplesUv - `[sample, channel]`, row-major, µV; its length says how many
   */
  generate(samplesUv: Float32Array): void {
    const sampleCount = samplesUv.length / this.channelCount;
    const longestStep = Math.floor(stepS * this.sampleRateHz);
    for (let done = 0; done < sampleCount; ) {
      const step = Math.min(longestStep, sampleCount - done);
      this.#discharge(step);
      this.#takePending(samplesUv, done * this.channelCount, step);
      this.#interference.addTo(samplesUv, done * this.channelCount, step);
      done += step;
      this.#sampleIndex += step;
    }
  }

  #discharge(step: number): void {
    const durationS = step / this.sampleRateHz;
    this.#drive.advance(durationS);
    for (let m = 0; m < this.#pools.length; m++) {
      this.#addingMuscle = m;
      const excitation = this.#drive.activations[m] as number;
      (this.#pools[m] as MotorUnitPool).advance(excitation, durationS, this.#dischargeRng, this.#addTemplate);
    }
  }

  readonly #addTemplate = (unit: number, atS: number): void => {
    const template = (this.#templates[this.#addingMuscle] as readonly Float32Array[])[unit] as Float32Array;
    const first = (this.#pendingHead + Math.floor(atS * this.sampleRateHz)) % this.#pendingSamples;
    const untilWrap = (this.#pendingSamples - first) * this.channelCount;
    const head = Math.min(template.length, untilWrap);
    const pending = this.#pending;
    const start = first * this.channelCount;
    for (let i = 0; i < head; i++)
      pending[start + i] = (pending[start + i] as number) + (template[i] as number);
    for (let i = head; i < template.length; i++) {
      pending[i - head] = (pending[i - head] as number) + (template[i] as number);
    }
  };

  #takePending(samplesUv: Float32Array, start: number, step: number): void {
    let at = start;
    for (let i = 0; i < step; i++) {
      const row = this.#pendingHead * this.channelCount;
      for (let channel = 0; channel < this.channelCount; channel++) {
        const potentialUv = this.#pending[row + channel] as number;
        samplesUv[at + channel] = potentialUv * (this.#electrodeGains[channel] as number);
      }
      this.#pending.fill(0, row, row + this.channelCount);
      this.#pendingHead = (this.#pendingHead + 1) % this.#pendingSamples;
      at += this.channelCount;
    }
  }
}

/** Places every motor unit; NeuroMotion's spreads: innervation zone 0.5 ± 0.1 of the fibre, length ± 5 %. */
function drawBundles(
  person: VirtualPerson,
  pools: readonly MotorUnitPool[],
): readonly (readonly FibreBundle[])[] {
  const rng = new Rng(person.seed).fork('motor-units');
  return muscles.map((muscle, m) =>
    Array.from({ length: (pools[m] as MotorUnitPool).unitCount }, () => {
      const depthM = rng.range(...muscle.depthM) + person.extraDepthM;
      const lengthM = muscle.fibreLengthM * rng.normal(1, 0.05);
      const proximal = Math.min(0.8, Math.max(0.2, rng.normal(0.5, 0.1)));
      return {
        angleRad: rng.range(...muscle.angleFraction) * 2 * Math.PI,
        radiusM: Math.max(0.005, person.forearmRadiusM - depthM),
        innervationM: muscle.innervationM + (proximal - 0.5) * lengthM,
        semiLengthsM: [proximal * lengthM, (1 - proximal) * lengthM],
        territoryRadiusM: rng.range(0.001, 0.003),
        conductionVelocityMps: Math.max(2.5, person.conductionVelocityMps + rng.normal(0, 0.2)),
      } satisfies FibreBundle;
    }),
  );
}

function computeTemplates(
  person: VirtualPerson,
  pools: readonly MotorUnitPool[],
  bundles: readonly (readonly FibreBundle[])[],
  sampleRateHz: number,
): readonly (readonly Float32Array[])[] {
  const electrodes = sleeveElectrodes(person);
  return bundles.map((units, m) =>
    units.map((bundle, unit) => {
      const sampleCount = Math.ceil(actionPotentialDurationS(bundle) * sampleRateHz) + 1;
      const template = new Float32Array(sampleCount * electrodes.length);
      computeActionPotential(bundle, electrodes, person.forearmRadiusM, sampleRateHz, template);
      const size = (pools[m] as MotorUnitPool).sizes[unit] as number;
      const scaleUv = microvoltPerUnit * size * (person.muscleGains[m] as number);
      for (let i = 0; i < template.length; i++) template[i] = (template[i] as number) * scaleUv;
      return template;
    }),
  );
}
