import { closeSync, openSync, writeSync } from 'node:fs';
import { Rng } from '@efferent/core';
import {
  type CalibrationProtocol,
  CalibrationRecorder,
  type CalibrationWindow,
  CausalFilter,
  designFilter,
  promptsOf,
  type SignalSettings,
  SyntheticForearm,
  type VirtualPerson,
} from '@efferent/emg';

/** One window of a recording, with the condition under which it was made. */
export interface RecordedWindow extends CalibrationWindow {
  readonly condition: string;
  /** One past its last sample in the file of {@link EmgRecording}. */
  readonly endInFile: number;
}

/** A person's recordings under several conditions; filtered samples go to a file, for whoever computes other features. */
export class EmgRecording {
  readonly windows: RecordedWindow[] = [];
  readonly #settings: SignalSettings;
  readonly #file: number;
  #samplesInFile = 0;

  /** @param file - float32 `[sample, channel]`, µV; overwritten */
  constructor(settings: SignalSettings, file: string) {
    this.#settings = settings;
    this.#file = openSync(file, 'w', 0o600);
  }

  /**
   * Has a person follow a protocol and adds the windows.
   *
   * @param person - as met on this occasion
   * @param recordingSeed - which recording; repetitions, discharges and noise differ between them
   */
  add(condition: string, person: VirtualPerson, recordingSeed: number, protocol: CalibrationProtocol): void {
    const { sampleRateHz, channelCount, window } = this.#settings;
    const forearm = new SyntheticForearm({ person, recordingSeed, sampleRateHz });
    const recorder = new CalibrationRecorder(this.#settings);
    const filter = new CausalFilter(designFilter(this.#settings.filter, sampleRateHz), channelCount);
    const samplesUv = new Float32Array(window.strideSamples * channelCount);
    const start = this.#samplesInFile;
    for (const prompt of promptsOf(protocol, new Rng(recordingSeed).fork(`prompts-${person.seed}`))) {
      forearm.perform(prompt.gesture, prompt.effort);
      recorder.prompt(prompt.isRecorded ? prompt.gesture : undefined, prompt.repetition, protocol.settlingS);
      const strides = Math.round((prompt.durationS * sampleRateHz) / window.strideSamples);
      for (let i = 0; i < strides; i++) {
        const firstSample = forearm.sampleIndex;
        forearm.generate(samplesUv);
        recorder.push({ stampNs: 0n, firstSample, sampleRateHz, channelCount, samplesUv });
        filter.process(samplesUv, samplesUv);
        writeSync(this.#file, samplesUv);
        this.#samplesInFile += window.strideSamples;
      }
    }
    for (const recorded of recorder.windows)
      this.windows.push({ ...recorded, condition, endInFile: start + recorded.endSample });
  }

  close(): void {
    closeSync(this.#file);
  }
}
