import { beforeAll, describe, expect, it } from 'vitest';
import { SyntheticForearm } from '../forearm/synthetic-forearm.ts';
import { createVirtualPerson } from '../forearm/virtual-person.ts';
import type { GestureName } from '../gestures.ts';
import { SignalChain } from '../signal/signal-chain.ts';
import { defaultSignalSettings, recordPrompts } from './calibrate-synthetic.ts';
import { defaultProtocol } from './calibration-protocol.ts';
import { CoActivationDetector, type CoActivationLevels, fitCoActivation } from './co-activation.ts';

/** The detector sees what a decoder sees: a calibration by prompts, then strides of another recording. */
const settings = defaultSignalSettings(2000, 64);

describe.each([
  ['able-bodied', 1100],
  ['cervical', 1100],
] as const)('the whole forearm tight, %s person %i', (group, seed) => {
  const person = createVirtualPerson(seed, group);
  const gestures = person.usableGestures;
  let levels: CoActivationLevels;
  let forearm: SyntheticForearm;
  let chain: SignalChain;

  beforeAll(() => {
    const recordingOf = (recordingSeed: number) =>
      new SyntheticForearm({ person, recordingSeed, sampleRateHz: 2000 });
    const protocol = { ...defaultProtocol, repetitions: 4, holdS: 0.9, restS: 0.2, gestures };
    levels = fitCoActivation(recordPrompts(recordingOf(1), settings, protocol), 64);
    forearm = recordingOf(2);
    chain = new SignalChain(settings);
  });

  /** Strides until the detector fires, at most so many. */
  function strides(most: number): number {
    const detector = new CoActivationDetector(levels);
    const samplesUv = new Float32Array(settings.window.strideSamples * 64);
    for (let stride = 1; stride <= most; stride++) {
      const firstSample = forearm.sampleIndex;
      forearm.generate(samplesUv);
      let isTight = false;
      chain.push({ stampNs: 0n, firstSample, sampleRateHz: 2000, channelCount: 64, samplesUv }, () => {
        isTight = chain.isReady && detector.update(chain.strideRmsUv);
      });
      if (isTight) return stride;
    }
    return Number.POSITIVE_INFINITY;
  }

  it.each(gestures.filter((name) => name !== 'rest'))(
    'is not %s, as firm as in the calibration',
    (gesture: GestureName) => {
      forearm.perform(gesture, defaultProtocol.effort[1]);
      expect(strides(20)).toBe(Number.POSITIVE_INFINITY);
      forearm.perform('rest', 0);
      expect(strides(10)).toBe(Number.POSITIVE_INFINITY);
    },
  );

  it('is noticed when everything is tightened as hard as can be, within 200 ms of it', () => {
    forearm.coContract(1);
    // Muscles take 200 to 400 ms to get there.
    expect(strides(30)).toBeLessThanOrEqual(12);
    forearm.perform('rest', 0);
    strides(20);
  });
});
