import type { Rng } from '@efferent/core';
import type { VirtualPerson } from './virtual-person.ts';

/** Odd harmonics carry most of a mains field; relative amplitudes are ours. */
const harmonics = [
  { order: 1, relative: 1 },
  { order: 3, relative: 0.35 },
  { order: 5, relative: 0.15 },
] as const;

/** Baseline wander: a first-order random walk per electrode with this correlation time, s. */
const wanderCorrelationS = 0.5;

/** A pull at the cables: a decaying wave below the band of the muscles. */
const knockHz = 4;
const knockDecayS = 0.25;

/** Adds what is not muscle: electrode and amplifier noise, the mains field, baseline wander. */
export class Interference {
  readonly #rng: Rng;
  readonly #noiseUv: number;
  readonly #baselineUv: number;
  readonly #sampleRateHz: number;
  readonly #powerlineHz: number;
  /** `[harmonic, channel]`, µV in phase and in quadrature. */
  readonly #cosineUv: Float64Array;
  readonly #sineUv: Float64Array;
  readonly #wanderUv: Float64Array;
  readonly #wanderTargetUv: Float64Array;
  /** `[channel]`, µV of the wave when it began, as each electrode sees it. */
  readonly #knockUv: Float64Array;
  readonly #pickups: Float64Array;
  #knockElapsedS = Number.POSITIVE_INFINITY;
  #phaseCycles = 0;

  constructor(person: VirtualPerson, channelCount: number, sampleRateHz: number, rng: Rng) {
    this.#rng = rng;
    this.#noiseUv = person.noiseUv;
    this.#baselineUv = person.baselineUv;
    this.#sampleRateHz = sampleRateHz;
    this.#powerlineHz = 50 + rng.normal(0, 0.02);
    this.#cosineUv = new Float64Array(harmonics.length * channelCount);
    this.#sineUv = new Float64Array(harmonics.length * channelCount);
    harmonics.forEach(({ relative }, h) => {
      for (let channel = 0; channel < channelCount; channel++) {
        const amplitudeUv = person.powerlineUv * relative * Math.exp(rng.normal(0, 0.4));
        const phaseRad = rng.range(0, 2 * Math.PI);
        this.#cosineUv[h * channelCount + channel] = amplitudeUv * Math.cos(phaseRad);
        this.#sineUv[h * channelCount + channel] = amplitudeUv * Math.sin(phaseRad);
      }
    });
    this.#wanderUv = Float64Array.from({ length: channelCount }, () => rng.normal(0, person.baselineUv));
    this.#wanderTargetUv = this.#wanderUv.slice();
    this.#knockUv = new Float64Array(channelCount);
    this.#pickups = new Float64Array(channelCount).fill(1);
  }

  /** Starts a slow wave on every electrode with a peak of about `amplitudeUv`. */
  knock(amplitudeUv: number): void {
    for (let i = 0; i < this.#knockUv.length; i++) this.#knockUv[i] = amplitudeUv * this.#rng.range(-1, 1);
    this.#knockElapsedS = 0;
  }

  /** Changes how much of the mains field one electrode picks up; 1 is its ordinary share. */
  setPickup(channel: number, factor: number): void {
    for (let h = 0; h < harmonics.length; h++) {
      const at = h * this.#pickups.length + channel;
      const change = factor / (this.#pickups[channel] as number);
      this.#cosineUv[at] = (this.#cosineUv[at] as number) * change;
      this.#sineUv[at] = (this.#sineUv[at] as number) * change;
    }
    this.#pickups[channel] = factor;
  }

  /**
   * Adds interference to consecutive samples. Does not allocate.
   *
   * @param samplesUv - `[sample, channel]`, row-major, µV
   * @param start - first element to change
   * @param sampleCount - samples to change; the wander moves linearly over them
   */
  addTo(samplesUv: Float32Array, start: number, sampleCount: number): void {
    const channelCount = this.#wanderUv.length;
    this.#drawWander(sampleCount / this.#sampleRateHz);
    let at = start;
    for (let i = 0; i < sampleCount; i++) {
      const progress = (i + 1) / sampleCount;
      for (let channel = 0; channel < channelCount; channel++) {
        const from = this.#wanderUv[channel] as number;
        const wander = from + ((this.#wanderTargetUv[channel] as number) - from) * progress;
        const sample = samplesUv[at + channel] as number;
        samplesUv[at + channel] = sample + wander + this.#noiseUv * this.#rng.normal();
      }
      this.#addPowerline(samplesUv, at);
      if (this.#knockElapsedS < 8 * knockDecayS) this.#addKnock(samplesUv, at);
      at += channelCount;
    }
    this.#wanderUv.set(this.#wanderTargetUv);
  }

  #addPowerline(samplesUv: Float32Array, at: number): void {
    const channelCount = this.#wanderUv.length;
    this.#phaseCycles = (this.#phaseCycles + this.#powerlineHz / this.#sampleRateHz) % 1;
    for (let h = 0; h < harmonics.length; h++) {
      const angleRad = 2 * Math.PI * this.#phaseCycles * (harmonics[h] as (typeof harmonics)[number]).order;
      const cosine = Math.cos(angleRad);
      const sine = Math.sin(angleRad);
      const row = h * channelCount;
      for (let channel = 0; channel < channelCount; channel++) {
        samplesUv[at + channel] =
          (samplesUv[at + channel] as number) +
          (this.#cosineUv[row + channel] as number) * cosine +
          (this.#sineUv[row + channel] as number) * sine;
      }
    }
  }

  #addKnock(samplesUv: Float32Array, at: number): void {
    this.#knockElapsedS += 1 / this.#sampleRateHz;
    const t = this.#knockElapsedS;
    const wave = Math.exp(-t / knockDecayS) * Math.sin(2 * Math.PI * knockHz * t);
    for (let channel = 0; channel < this.#knockUv.length; channel++) {
      samplesUv[at + channel] =
        (samplesUv[at + channel] as number) + wave * (this.#knockUv[channel] as number);
    }
  }

  #drawWander(durationS: number): void {
    const decay = Math.exp(-durationS / wanderCorrelationS);
    const kickUv = this.#baselineUv * Math.sqrt(1 - decay * decay);
    for (let channel = 0; channel < this.#wanderUv.length; channel++) {
      this.#wanderTargetUv[channel] =
        decay * (this.#wanderUv[channel] as number) + this.#rng.normal(0, kickUv);
    }
  }
}
