import { designBandPass, designNotch, type SecondOrderSection } from './filter-design.ts';

/** The filter chain of a recording; training and running use the same. */
export interface FilterSettings {
  /** Order of the Butterworth prototype. */
  readonly order: number;
  /** Half-power edges of the band-pass, Hz. */
  readonly bandHz: readonly [number, number];
  /** Frequencies to notch out, Hz: mains and its harmonics. */
  readonly notchesHz: readonly number[];
  /** Half-power width of each notch, Hz. */
  readonly notchBandwidthHz: number;
}

/** Band of LibEMG's documentation, 50 Hz mains with the odd harmonics inside the band. */
export const defaultFilterSettings: FilterSettings = {
  order: 4,
  bandHz: [20, 450],
  notchesHz: [50, 150, 250, 350],
  notchBandwidthHz: 3,
};

/** Designs the sections of a filter chain. @throws {@link ConfigurationError} code `invalid-filter`. */
export function designFilter(settings: FilterSettings, sampleRateHz: number): readonly SecondOrderSection[] {
  return [
    ...designBandPass(settings.order, settings.bandHz, sampleRateHz),
    ...settings.notchesHz.map((hz) => designNotch(hz, settings.notchBandwidthHz, sampleRateHz)),
  ];
}

/**
 * Filters many channels sample by sample with second-order sections that keep their state between calls
 * (transposed direct form II, double precision).
 */
export class CausalFilter {
  readonly #sections: readonly SecondOrderSection[];
  readonly #channelCount: number;
  /** `[section, 2, channel]`. */
  readonly #state: Float64Array;

  constructor(sections: readonly SecondOrderSection[], channelCount: number) {
    this.#sections = sections;
    this.#channelCount = channelCount;
    this.#state = new Float64Array(sections.length * 2 * channelCount);
  }

  /** Forgets the past: as if every earlier sample had been zero. */
  reset(): void {
    this.#state.fill(0);
  }

  /**
   * Filters the next samples. Runs inside the decoding loop and does not allocate; `out` may be `samples`.
   *
   * @param samples - `[sample, channel]`, row-major
   * @param out - same shape
   */
  process(samples: Float32Array, out: Float32Array): void {
    if (out !== samples) out.set(samples);
    const channelCount = this.#channelCount;
    const state = this.#state;
    for (let s = 0; s < this.#sections.length; s++) {
      const section = this.#sections[s] as SecondOrderSection;
      const [b0, b1, b2] = section.b;
      const [a1, a2] = section.a;
      const first = s * 2 * channelCount;
      const second = first + channelCount;
      for (let row = 0; row < out.length; row += channelCount) {
        for (let channel = 0; channel < channelCount; channel++) {
          const x = out[row + channel] as number;
          const y = b0 * x + (state[first + channel] as number);
          state[first + channel] = b1 * x - a1 * y + (state[second + channel] as number);
          state[second + channel] = b2 * x - a2 * y;
          out[row + channel] = y;
        }
      }
    }
  }
}
