import type { EmgFrame } from '../emg-source.ts';
import { CausalFilter, designFilter, type FilterSettings } from './causal-filter.ts';
import { ElectrodeContacts } from './electrode-contacts.ts';
import { FeatureHistory } from './feature-history.ts';
import { WindowedFeatures, type WindowSettings } from './windowed-features.ts';

/** Everything between raw samples and feature vectors; stored with a calibration, so that running equals training. */
export interface SignalSettings {
  readonly sampleRateHz: number;
  readonly channelCount: number;
  readonly filter: FilterSettings;
  readonly window: WindowSettings;
}

/** Why a frame was not used. */
export type FrameFault = 'gap' | 'wrong-shape' | 'not-finite';

/** The filters' start-up transient (20 Hz band edge) has died away after this, s; windows before it are not decoded. */
const settlingS = 0.25;

/** Turns frames into feature vectors with causal filters and overlapping windows. */
export class SignalChain {
  /** Features of the newest window, `[feature, channel]`, order of `featureNames`; see {@link WindowedFeatures}. */
  readonly features: Float32Array;
  /** Features of the newest window and of those before it, `[window, feature, channel]`; see {@link FeatureHistory}. */
  readonly history: Float32Array;
  /** RMS of each channel over the newest window, µV. */
  readonly channelRmsUv: Float32Array;
  /** RMS of each channel over the newest stride alone, µV. */
  readonly strideRmsUv: Float32Array;
  /** Samples that never came or could not be used. */
  lostSamples = 0;
  readonly #settings: SignalSettings;
  readonly #filter: CausalFilter;
  readonly #windows: WindowedFeatures;
  readonly #contacts: ElectrodeContacts;
  readonly #history: FeatureHistory;
  readonly #settlingSamples: number;
  #filtered = new Float32Array(0);
  #nextSample = -1;
  #samplesSinceReset = 0;

  /** @throws {@link ConfigurationError} code `invalid-filter` */
  constructor(settings: SignalSettings) {
    this.#settings = settings;
    this.#filter = new CausalFilter(
      designFilter(settings.filter, settings.sampleRateHz),
      settings.channelCount,
    );
    this.#windows = new WindowedFeatures(settings.channelCount, settings.window);
    this.#contacts = new ElectrodeContacts(settings);
    this.#settlingSamples = Math.round(settlingS * settings.sampleRateHz);
    this.features = new Float32Array(this.#windows.length);
    this.#history = new FeatureHistory(this.#windows.length);
    this.history = this.#history.values;
    this.channelRmsUv = this.features.subarray(0, settings.channelCount);
    this.strideRmsUv = new Float32Array(settings.channelCount);
  }

  /** Tells whether {@link features} describe a whole window of settled signal. */
  get isReady(): boolean {
    return this.#windows.isFull && this.#samplesSinceReset >= this.#settlingSamples;
  }

  /** Electrodes that are off the skin now; their features are those of their neighbours. */
  get offChannelCount(): number {
    return this.#contacts.offCount;
  }

  /**
   * Takes the next frame. Runs inside the decoding loop and does not allocate once the frame length is known.
   *
   * A frame that cannot be used, or that does not follow the last one, starts the chain afresh: nothing is decoded
   * across a gap.
   *
   * @param onStride - called at the end of every stride with the number of samples of the frame used so far; features
   *   are valid during the call when {@link isReady}
   * @returns what was wrong with the frame, or undefined
   */
  push(frame: EmgFrame, onStride: (samplesUsed: number) => void): FrameFault | undefined {
    const { channelCount, sampleRateHz } = this.#settings;
    const sampleCount = frame.samplesUv.length / channelCount;
    const fits = frame.channelCount === channelCount && frame.sampleRateHz === sampleRateHz;
    if (!fits || !Number.isInteger(sampleCount)) return this.#lose(frame, 'wrong-shape');
    if (!allFinite(frame.samplesUv)) return this.#lose(frame, 'not-finite');
    const jumped = this.#nextSample >= 0 && frame.firstSample !== this.#nextSample;
    if (jumped) {
      this.lostSamples += Math.max(0, frame.firstSample - this.#nextSample);
      this.#reset();
    }
    this.#nextSample = frame.firstSample + sampleCount;
    if (this.#filtered.length !== frame.samplesUv.length) {
      this.#filtered = new Float32Array(frame.samplesUv.length);
    }
    this.#filter.process(frame.samplesUv, this.#filtered);
    for (let sample = 0; sample < sampleCount; sample++) {
      this.#samplesSinceReset += 1;
      this.#contacts.push(frame.samplesUv, sample * channelCount);
      if (!this.#windows.push(this.#filtered, sample * channelCount)) continue;
      this.#windows.writeBlockRms(this.strideRmsUv);
      if (this.isReady) this.#windows.writeFeatures(this.features);
      this.#contacts.endStride(this.isReady ? this.channelRmsUv : this.strideRmsUv);
      this.#contacts.interpolate(this.strideRmsUv);
      if (this.isReady) {
        this.#contacts.interpolate(this.features);
        this.#history.push(this.features);
      }
      onStride(sample + 1);
    }
    return jumped ? 'gap' : undefined;
  }

  #lose(frame: EmgFrame, fault: FrameFault): FrameFault {
    const sampleCount = Math.floor(frame.samplesUv.length / Math.max(1, frame.channelCount));
    this.lostSamples += sampleCount;
    this.#nextSample = frame.firstSample + sampleCount;
    this.#reset();
    return fault;
  }

  #reset(): void {
    this.#filter.reset();
    this.#windows.reset();
    this.#contacts.reset();
    this.#history.reset();
    this.#samplesSinceReset = 0;
  }
}

/** Returns the mean over channels, the one number that stands for how hard the forearm works. */
export function meanOf(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * 0;
  return sum === 0;
}
