/**
 * Features of one channel's window after the formulas of LibEMG 2.0.3 as implemented, not as its documentation prints
 * them: no deadband, flat steps count as slope changes, TDPSD fuses the signal with the logarithm of its square.
 * `ar` has four values, every other name one.
 */
export const windowFeatureGroups = {
  HTD: ['mav', 'zc', 'ssc', 'wl'],
  LS4: ['ls', 'mfl', 'msr', 'wamp'],
  TDPSD: ['m0', 'm2', 'm4', 'sparsi', 'irf', 'wlf'],
  TDAR: ['mav', 'zc', 'ssc', 'wl', 'ar'],
} as const;

type WindowFeature = (typeof windowFeatureGroups)[keyof typeof windowFeatureGroups][number];
export type WindowFeatureGroup = keyof typeof windowFeatureGroups;

const autoregressiveOrder = 4;
/** LibEMG's default, in the unit of the samples. */
const amplitudeStep = 2e-3;
/** Distance from 1 to the next double, as LibEMG keeps log(x²) finite. */
const smallest = Number.EPSILON;

/** Computes a group of features of windows of a fixed length; buffers are made once. */
export class WindowFeatureSet {
  /** Values a channel. */
  readonly length: number;
  readonly #names: readonly WindowFeature[];
  readonly #logarithm: Float64Array;
  readonly #sorted: Float64Array;
  readonly #forward: Float64Array;
  readonly #backward: Float64Array;
  readonly #coefficients = new Float64Array(autoregressiveOrder + 1);
  readonly #earlier = new Float64Array(autoregressiveOrder + 1);

  constructor(group: WindowFeatureGroup, windowSamples: number) {
    this.#names = windowFeatureGroups[group];
    this.length = this.#names.reduce((sum, name) => sum + (name === 'ar' ? autoregressiveOrder : 1), 0);
    this.#logarithm = new Float64Array(windowSamples);
    this.#sorted = new Float64Array(windowSamples);
    this.#forward = new Float64Array(windowSamples);
    this.#backward = new Float64Array(windowSamples);
  }

  /**
   * Writes the features of one channel, in the order of the group. Does not allocate.
   * @param window - `[sample]`
   * @param start - first element of `out` to write
   */
  write(window: Float64Array, out: Float64Array, start: number): void {
    for (let i = 0; i < window.length; i++)
      this.#logarithm[i] = Math.log((window[i] as number) ** 2 + smallest);
    let at = start;
    for (const name of this.#names) {
      if (name === 'ar') {
        this.#fitAutoregression(window);
        for (let k = 1; k <= autoregressiveOrder; k++) out[at++] = this.#coefficients[k] as number;
      } else if (name === 'ls') out[at++] = this.#lScale(window);
      else if (name in spectral) {
        const moment = spectral[name as keyof typeof spectral];
        out[at++] = fuse(moment(window), moment(this.#logarithm));
      } else out[at++] = simple[name as keyof typeof simple](window);
    }
  }

  /** Second L-moment: twice the probability-weighted mean of the sorted samples, less their mean. */
  #lScale(window: Float64Array): number {
    const sorted = this.#sorted;
    sorted.set(window);
    sorted.sort();
    let mean = 0;
    let weighted = 0;
    for (let i = 0; i < sorted.length; i++) {
      mean += (sorted[i] as number) / sorted.length;
      weighted += ((i / (sorted.length - 1)) * (sorted[i] as number)) / sorted.length;
    }
    return 2 * weighted - mean;
  }

  /** Burg's method; @see Kay, Modern Spectral Estimation, section 7.4; same result as librosa.lpc. */
  #fitAutoregression(window: Float64Array): void {
    const forward = this.#forward;
    const backward = this.#backward;
    const a = this.#coefficients.fill(0);
    a[0] = 1;
    forward.set(window);
    backward.set(window);
    for (let order = 1; order <= autoregressiveOrder; order++) {
      let product = 0;
      let energy = 0;
      for (let i = order; i < window.length; i++) {
        const f = forward[i] as number;
        const b = backward[i - 1] as number;
        product += f * b;
        energy += f * f + b * b;
      }
      const reflection = energy === 0 ? 0 : (-2 * product) / energy;
      this.#earlier.set(a);
      for (let k = 1; k <= order; k++)
        a[k] = (this.#earlier[k] as number) + reflection * (this.#earlier[order - k] as number);
      for (let i = window.length - 1; i >= order; i--) {
        const f = forward[i] as number;
        const b = backward[i - 1] as number;
        forward[i] = f + reflection * b;
        backward[i] = b + reflection * f;
      }
    }
  }
}

const simple = {
  mav: (x: Float64Array) => sumOver(x, Math.abs) / x.length,
  wl: (x: Float64Array) => sumOfSteps(x, Math.abs),
  mfl: (x: Float64Array) => Math.log10(sumOfSteps(x, Math.abs)),
  wamp: (x: Float64Array) => sumOfSteps(x, (step) => (Math.abs(step) > amplitudeStep ? 1 : 0)),
  msr: (x: Float64Array) =>
    Math.hypot(
      sumOver(x, (value) => (value > 0 ? Math.sqrt(value) : 0)),
      sumOver(x, (value) => (value < 0 ? Math.sqrt(-value) : 0)),
    ) / x.length,
  zc(x: Float64Array): number {
    let count = 0;
    for (let i = 1; i < x.length; i++) if ((x[i - 1] as number) * (x[i] as number) < 0) count += 1;
    return count;
  },
  ssc(x: Float64Array): number {
    let count = 0;
    for (let i = 1; i < x.length - 1; i++) {
      const middle = x[i] as number;
      if ((middle - (x[i - 1] as number)) * (middle - (x[i + 1] as number)) >= 0) count += 1;
    }
    return count;
  },
};

/** Al-Timemy et al. 2016, IEEE TNSRE 24:650, with the powers of LibEMG. */
const spectral = {
  m0: (x: Float64Array) => Math.log(Math.abs(zeroth(x))),
  m2: (x: Float64Array) => Math.log(Math.abs(zeroth(x) - second(x))),
  m4: (x: Float64Array) => Math.log(Math.abs(zeroth(x) - fourth(x))),
  sparsi(x: Float64Array): number {
    const m0 = zeroth(x);
    return Math.log(Math.sqrt(Math.abs((m0 - second(x)) * (m0 - fourth(x)))) / m0);
  },
  irf: (x: Float64Array) => Math.log(second(x) / Math.sqrt(zeroth(x) * fourth(x))),
  wlf: (x: Float64Array) => Math.log(Math.sqrt(sumOfSteps(x, Math.abs) / sumOfTurns(x, Math.abs))),
};

const fuse = (raw: number, logarithm: number): number =>
  (-2 * raw * logarithm) / (raw * raw + logarithm * logarithm);

const square = (value: number): number => value * value;
const tame = (value: number): number => value ** 0.1 / 0.1;
const zeroth = (x: Float64Array): number => tame(Math.sqrt(sumOver(x, square)) / (x.length - 1));
const second = (x: Float64Array): number => tame(Math.sqrt(sumOfSteps(x, square) / (x.length - 1)));
const fourth = (x: Float64Array): number => tame(Math.sqrt(sumOfTurns(x, square) / (x.length - 1)));

function sumOver(x: Float64Array, of: (value: number) => number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += of(x[i] as number);
  return sum;
}

function sumOfSteps(x: Float64Array, of: (step: number) => number): number {
  let sum = 0;
  for (let i = 1; i < x.length; i++) sum += of((x[i] as number) - (x[i - 1] as number));
  return sum;
}

function sumOfTurns(x: Float64Array, of: (turn: number) => number): number {
  let sum = 0;
  for (let i = 2; i < x.length; i++)
    sum += of((x[i] as number) - 2 * (x[i - 1] as number) + (x[i - 2] as number));
  return sum;
}
