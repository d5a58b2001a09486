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
  /** The windows between its prompt and itself when it is the first that is settled: a decoder meets them, but none is scored. */
  readonly lead: readonly CalibrationWindow[];
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
    const windowS = window.windowSamples / sampleRateHz;
    const settledSamples = Math.round((protocol.settlingS + windowS) * sampleRateHz);
    const filter = new CausalFilter(designFilter(this.#settings.filter, sampleRateHz), channelCount);
    const samplesUv = new Float32Array(window.strideSamples * channelCount);
    const start = this.#samplesInFile;
    for (const prompt of promptsOf(protocol, new Rng(recordingSeed).fork(`prompts-${person.seed}`))) {
      forearm.perform(prompt.gesture, prompt.effort);
      // Every window, from the first one that ends after the prompt.
      recorder.prompt(prompt.isRecorded ? prompt.gesture : undefined, prompt.repetition, -windowS);
      const settledFrom = forearm.sampleIndex + settledSamples;
      const before = recorder.windows.length;
      const strides = Math.round((prompt.durationS * sampleRateHz) / window.strideSamples);
      for (let i = 0; i < strides; i++) {
        const firstSample = forearm.sampleIndex;
        forearm.generate(samplesUv);
        recorder.push({ stampNs: 0n, firstSample, sampleRateHz, channelCount, samplesUv });
        filter.process(samplesUv, samplesUv);
        writeSync(this.#file, samplesUv);
        this.#samplesInFile += window.strideSamples;
      }
      const all = recorder.windows.slice(before);
      const lead = all.filter(({ endSample }) => endSample < settledFrom);
      for (const [at, recorded] of all.slice(lead.length).entries()) {
        const endInFile = start + recorded.endSample;
        this.windows.push({ ...recorded, condition, endInFile, lead: at === 0 ? lead : [] });
      }
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
