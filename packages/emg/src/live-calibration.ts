import { Rng } from '@efferent/core';
import { defaultSignalSettings } from './decoder/calibrate-synthetic.ts';
import {
  type CalibrationPrompt,
  type CalibrationProtocol,
  promptsOf,
} from './decoder/calibration-protocol.ts';
import { CalibrationRecorder, type CalibrationWindow } from './decoder/calibration-recorder.ts';
import { type Calibration, type FitOptions, fitCalibration } from './decoder/fit-calibration.ts';
import type { EmgFrame, EmgSourceDescription } from './emg-source.ts';
import type { SignalSettings } from './signal/signal-chain.ts';

/** What a person is asked to do now. */
export interface LivePrompt {
  readonly prompt: CalibrationPrompt;
  /** What comes after it; undefined at the end. */
  readonly next: CalibrationPrompt | undefined;
  /** How much of it is over, [0, 1]. */
  readonly progress: number;
  /** How much of the whole is over, [0, 1]. */
  readonly total: number;
}

/** What has to be known of a source. */
export type LiveSource = Pick<EmgSourceDescription, 'id' | 'sampleRateHz' | 'channelCount'>;

/**
 * Leads a person through the prompts of a protocol and records what a source delivers meanwhile.
 *
 * Time is counted in samples that came: while a source is silent, or gone, the prompts wait.
 */
export class LiveCalibration {
  readonly #description: LiveSource;
  readonly #protocol: CalibrationProtocol;
  readonly #settings: SignalSettings;
  readonly #recorder: CalibrationRecorder;
  readonly #prompts: readonly CalibrationPrompt[];
  readonly #totalS: number;
  #index = -1;
  #nowS = 0;
  #endS = 0;

  /** @param seed - of the order of the gestures */
  constructor(description: LiveSource, protocol: CalibrationProtocol, seed: number) {
    this.#description = description;
    this.#protocol = protocol;
    this.#settings = defaultSignalSettings(description.sampleRateHz, description.channelCount);
    this.#recorder = new CalibrationRecorder(this.#settings);
    this.#prompts = promptsOf(protocol, new Rng(seed).fork('prompts'));
    this.#totalS = this.#prompts.reduce((sum, { durationS }) => sum + durationS, 0);
  }

  get isComplete(): boolean {
    return this.#index >= this.#prompts.length;
  }

  /** What is asked now; undefined before the first frame and at the end. */
  get current(): LivePrompt | undefined {
    const prompt = this.#prompts[this.#index];
    if (prompt === undefined) return undefined;
    return {
      prompt,
      next: this.#prompts[this.#index + 1],
      progress: 1 - (this.#endS - this.#nowS) / prompt.durationS,
      total: this.#nowS / this.#totalS,
    };
  }

  /** Takes the next frame, and goes on to the next prompt when it is time. */
  push(frame: EmgFrame): void {
    const { sampleRateHz } = this.#description;
    while (!this.isComplete && this.#nowS >= this.#endS - 0.5 / sampleRateHz) this.#goOn();
    if (!this.isComplete) this.#recorder.push(frame);
    this.#nowS += frame.samplesUv.length / frame.channelCount / sampleRateHz;
  }

  /** What was recorded so far. */
  get windows(): readonly CalibrationWindow[] {
    return this.#recorder.windows;
  }

  get settings(): SignalSettings {
    return this.#settings;
  }

  /** Fits a decoder to what was recorded; see {@link fitCalibration}. */
  fit(options: FitOptions = {}): Promise<Calibration> {
    return fitCalibration(this.#description.id, this.#settings, this.#recorder.windows, options);
  }

  #goOn(): void {
    this.#index += 1;
    const prompt = this.#prompts[this.#index];
    if (prompt === undefined) return;
    this.#endS += prompt.durationS;
    const gesture = prompt.isRecorded ? prompt.gesture : undefined;
    this.#recorder.prompt(gesture, prompt.repetition, this.#protocol.settlingS);
  }
}
