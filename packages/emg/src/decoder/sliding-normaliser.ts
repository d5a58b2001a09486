import type { LoadedCalibration } from './calibration-file.ts';
import type { GestureDecision } from './decide.ts';

/** How fast changes are followed by default, s of decided gesture; ours, tuned on virtual people 2000 to 2005. */
export const defaultNormalisationS = 30;

/** Features are followed so far and no farther, natural logarithm: what changes more needs a calibration. */
const farthest = 1;

/** What a normaliser has to know of a calibration. */
type NormalisationReference = Pick<LoadedCalibration, 'gestures' | 'featureMeans' | 'signal'>;

/** Returns the normaliser of a calibration, or undefined where nothing is to be followed or there is nothing to go by. */
export function normaliserOf(
  calibration: NormalisationReference,
  timeConstantS: number,
): SlidingNormaliser | undefined {
  if (timeConstantS <= 0 || calibration.featureMeans.length === 0) return undefined;
  return new SlidingNormaliser(calibration, timeConstantS);
}

/**
 * Takes out of the features what has slowly changed since the calibration: a sleeve that slipped, drying electrodes, fatigue.
 *
 * A plain sliding mean (arXiv 2504.03196) would take one gesture that is held for long for a change. So each window is compared with the
 * mean of the gesture that was decided on, and only a sliding mean of these differences is taken out, of at most a factor
 * of e. Rejected windows and rest teach nothing.
 */
export class SlidingNormaliser {
  readonly #gestures: LoadedCalibration['gestures'];
  readonly #featureMeans: Float32Array;
  readonly #featureCount: number;
  /** What a window adds to the sliding mean. */
  readonly #share: number;
  /** log(1 + feature) of the newest window as it was measured, `[feature]`. */
  readonly #logarithms: Float64Array;
  readonly #change: Float64Array;
  #normalised = new Float32Array(0);

  /** @param timeConstantS - in seconds of decided gesture, > 0 */
  constructor({ gestures, featureMeans, signal }: NormalisationReference, timeConstantS: number) {
    this.#gestures = gestures;
    this.#featureMeans = featureMeans;
    this.#featureCount = featureMeans.length / gestures.length;
    this.#share = 1 - Math.exp(-signal.window.strideSamples / signal.sampleRateHz / timeConstantS);
    this.#logarithms = new Float64Array(this.#featureCount);
    this.#change = new Float64Array(this.#featureCount);
  }

  /** Largest change that is taken out now, natural logarithm. */
  get largestChange(): number {
    let largest = 0;
    for (const change of this.#change) largest = Math.max(largest, Math.abs(change));
    return largest;
  }

  /**
   * Returns the features without the change; valid until the next call. Runs in the decoding loop and does not allocate once
   * their number is known.
   * @param features - `[window, feature]`, newest window last
   */
  normalise(features: Float32Array): Float32Array {
    const count = this.#featureCount;
    const newest = features.length - count;
    if (this.#normalised.length !== features.length) this.#normalised = new Float32Array(features.length);
    for (let i = 0; i < features.length; i++) {
      const f = i % count;
      const logarithm = Math.log1p(features[i] as number);
      if (i >= newest) this.#logarithms[f] = logarithm;
      this.#normalised[i] = Math.max(0, Math.expm1(logarithm - (this.#change[f] as number)));
    }
    return this.#normalised;
  }

  /** Learns from the window that was normalised last, unless it was rejected or rest. */
  follow({ gesture, rejected }: Pick<GestureDecision, 'gesture' | 'rejected'>): void {
    if (rejected || gesture === 'rest') return;
    const row = this.#gestures.indexOf(gesture) * this.#featureCount;
    for (let f = 0; f < this.#featureCount; f++) {
      const difference = (this.#logarithms[f] as number) - (this.#featureMeans[row + f] as number);
      const before = this.#change[f] as number;
      const change = before + this.#share * (difference - before);
      if (Number.isFinite(change)) this.#change[f] = Math.min(farthest, Math.max(-farthest, change));
    }
  }
}
