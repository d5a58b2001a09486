import type { EmgFrame } from '../emg-source.ts';
import type { GestureName } from '../gestures.ts';
import { meanOf, SignalChain, type SignalSettings } from '../signal/signal-chain.ts';

/** One labelled window of a calibration. */
export interface CalibrationWindow {
  readonly gesture: GestureName;
  /** Repetition of the protocol that it belongs to, from 0. */
  readonly repetition: number;
  /** One past its last sample, counted from the first frame of the recording. */
  readonly endSample: number;
  /** `[feature, channel]`, order of `featureNames`. */
  readonly features: Float32Array;
  /** The same of this and the windows before it, `[window, feature, channel]`, oldest first. */
  readonly history: Float32Array;
  /** Mean over channels of the window's RMS, µV. */
  readonly levelUv: number;
  /** Mean over channels of the newest stride's RMS, µV. */
  readonly strideLevelUv: number;
}

/**
 * Collects labelled windows while somebody follows prompts.
 *
 * After each prompt the first moments are dropped: reaction, transition, and windows that still see the last
 * gesture.
 */
export class CalibrationRecorder {
  readonly windows: CalibrationWindow[] = [];
  readonly #chain: SignalChain;
  readonly #settings: SignalSettings;
  #prompt:
    | { readonly gesture: GestureName; readonly repetition: number; readonly untilSample: number }
    | undefined;
  #settlingS = 0;
  #samples = 0;

  constructor(settings: SignalSettings) {
    this.#settings = settings;
    this.#chain = new SignalChain(settings);
  }

  /**
   * Says what the person is asked to do from now on; `undefined` records nothing.
   * @param settlingS - how long windows are dropped after the prompt, s
   */
  prompt(gesture: GestureName | undefined, repetition: number, settlingS: number): void {
    this.#settlingS = settlingS;
    const settlingSamples = Math.round(this.#settlingS * this.#settings.sampleRateHz);
    const untilSample = this.#samples + settlingSamples + this.#settings.window.windowSamples;
    this.#prompt = gesture === undefined ? undefined : { gesture, repetition, untilSample };
  }

  /** Takes the next frame; see {@link SignalChain.push}. */
  push(frame: EmgFrame): void {
    this.#chain.push(frame, (samplesUsed) => {
      if (this.#prompt === undefined || !this.#chain.isReady) return;
      if (this.#samples + samplesUsed < this.#prompt.untilSample) return;
      this.windows.push({
        gesture: this.#prompt.gesture,
        repetition: this.#prompt.repetition,
        endSample: this.#samples + samplesUsed,
        features: this.#chain.features.slice(),
        history: this.#chain.history.slice(),
        levelUv: meanOf(this.#chain.channelRmsUv),
        strideLevelUv: meanOf(this.#chain.strideRmsUv),
      });
    });
    this.#samples += frame.samplesUv.length / frame.channelCount;
  }
}
