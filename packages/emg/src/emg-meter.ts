import { defaultSignalSettings } from './decoder/calibrate-synthetic.ts';
import type { EmgFrame, EmgSourceDescription } from './emg-source.ts';
import { SignalChain } from './signal/signal-chain.ts';

/** Slower sources have no room for the band of muscles. */
const lowestRateHz = 1000;

/** Counts what comes from a source and measures how strong it is. */
export class EmgMeter {
  /** Samples that came, and those that were lost between them. */
  samples = 0;
  lostSamples = 0;
  /** RMS of each channel over the newest 200 ms in the band of muscles, µV; undefined until it is known. */
  channelRmsUv: Float32Array | undefined;
  readonly #chain: SignalChain | undefined;
  #nextSample = 0;

  constructor({ sampleRateHz, channelCount }: EmgSourceDescription) {
    this.#chain =
      sampleRateHz < lowestRateHz
        ? undefined
        : new SignalChain(defaultSignalSettings(sampleRateHz, channelCount));
  }

  push(frame: EmgFrame): void {
    const count = frame.samplesUv.length / frame.channelCount;
    this.lostSamples += Math.max(0, frame.firstSample - this.#nextSample);
    this.samples += count;
    this.#nextSample = frame.firstSample + count;
    this.#chain?.push(frame, () => {
      if (this.#chain?.isReady === true) this.channelRmsUv = this.#chain.channelRmsUv;
    });
  }
}
