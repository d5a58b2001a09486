import { Rng } from '@efferent/core';
import type { EmgFrame } from '../emg-source.ts';
import { SyntheticForearm } from '../forearm/synthetic-forearm.ts';
import { type SyntheticPerson, syntheticSourceId } from '../forearm/synthetic-source.ts';
import { createVirtualPerson } from '../forearm/virtual-person.ts';
import { defaultFilterSettings } from '../signal/causal-filter.ts';
import type { SignalSettings } from '../signal/signal-chain.ts';
import { type CalibrationProtocol, defaultProtocol, promptsOf } from './calibration-protocol.ts';
import { CalibrationRecorder, type CalibrationWindow } from './calibration-recorder.ts';
import { type Calibration, type FitOptions, fitCalibration } from './fit-calibration.ts';

/** Recording seeds of calibrations; runs use others, so that nobody is decoded on the signal they were fitted on. */
const calibrationRecordingSeed = 1000;
const recalibrationRecordingSeed = 1001;

/** Returns the default signal chain for a source: 200 ms windows every 50 ms, 5 µV deadband. */
export function defaultSignalSettings(sampleRateHz: number, channelCount: number): SignalSettings {
  const strideSamples = Math.round(0.05 * sampleRateHz);
  return {
    sampleRateHz,
    channelCount,
    filter: defaultFilterSettings,
    window: { windowSamples: 4 * strideSamples, strideSamples, deadbandUv: 5 },
  };
}

/**
 * Has a virtual person follow the calibration prompts, faster than real time, and fits a decoder to it.
 *
 * The decoder sees samples and prompts only, as it would of a real person.
 */
export function calibrateSynthetic(
  person: SyntheticPerson,
  protocol: CalibrationProtocol = defaultProtocol,
  fit: FitOptions = {},
): Promise<Calibration> {
  const forearm = new SyntheticForearm({
    person: createVirtualPerson(person.personSeed),
    recordingSeed: fit.earlier === undefined ? calibrationRecordingSeed : recalibrationRecordingSeed,
    sampleRateHz: person.sampleRateHz,
  });
  const settings = defaultSignalSettings(forearm.sampleRateHz, forearm.channelCount);
  return fitCalibration(syntheticSourceId(person), settings, recordPrompts(forearm, settings, protocol), fit);
}

/** Records a protocol from a virtual forearm. */
export function recordPrompts(
  forearm: SyntheticForearm,
  settings: SignalSettings,
  protocol: CalibrationProtocol,
): readonly CalibrationWindow[] {
  const recorder = new CalibrationRecorder(settings);
  const samplesUv = new Float32Array(settings.window.strideSamples * settings.channelCount);
  const prompts = promptsOf(protocol, new Rng(forearm.person.seed).fork('prompts'));
  for (const prompt of prompts) {
    forearm.perform(prompt.gesture, prompt.effort);
    recorder.prompt(prompt.isRecorded ? prompt.gesture : undefined, prompt.repetition, protocol.settlingS);
    const frames = Math.round((prompt.durationS * settings.sampleRateHz) / settings.window.strideSamples);
    for (let i = 0; i < frames; i++) {
      const firstSample = forearm.sampleIndex;
      forearm.generate(samplesUv);
      recorder.push(frameOf(firstSample, settings, samplesUv));
    }
  }
  return recorder.windows;
}

function frameOf(firstSample: number, settings: SignalSettings, samplesUv: Float32Array): EmgFrame {
  const { sampleRateHz, channelCount } = settings;
  return { stampNs: 0n, firstSample, sampleRateHz, channelCount, samplesUv };
}
