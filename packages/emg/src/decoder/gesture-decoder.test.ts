import type { OnnxModel } from '@efferent/inference';
import { expect, test } from 'vitest';
import { defaultSignalSettings } from './calibrate-synthetic.ts';
import type { LoadedCalibration } from './calibration-file.ts';
import { type DecodedWindow, GestureDecoder } from './gesture-decoder.ts';

const channelCount = 8;
const calibration: LoadedCalibration = {
  sourceId: 'test',
  decoder: 'lda',
  signal: defaultSignalSettings(2000, channelCount),
  gestures: ['rest', 'grip'],
  levels: {
    silenceUv: 5,
    effortUv: { grip: [10, 50] },
    coActivation: {
      restUv: new Array<number>(channelCount).fill(3),
      fullUv: new Array<number>(channelCount).fill(500),
      threshold: 1,
    },
  },
  rejectBelow: 0.7,
  featureMeans: new Float32Array(0),
  heldOut: { accuracy: 1, activeErrorRate: 0, rejectionRate: 0, windowCount: 1 },
};

test('a model that fails is reported at once as a fault, and the next window is tried', async () => {
  const windows: DecodedWindow[] = [];
  let runs = 0;
  const model = {
    run: async () => {
      runs += 1;
      throw new Error('out of memory');
    },
  } as unknown as OnnxModel;
  const decoder = new GestureDecoder(
    calibration,
    model,
    (work) => work(),
    (window) => windows.push(window),
  );
  let failures = 0;
  for (let frame = 0; frame < 20; frame++) {
    const samplesUv = Float32Array.from(
      { length: 100 * channelCount },
      (_, i) => 100 * Math.sin(2 * Math.PI * 100 * ((frame * 100 + Math.floor(i / channelCount)) / 2000) + i),
    );
    const stampNs = BigInt(frame) * 50_000_000n;
    const { decoded } = decoder.push({
      stampNs,
      firstSample: frame * 100,
      sampleRateHz: 2000,
      channelCount,
      samplesUv,
    });
    await decoded.catch(() => {
      failures += 1;
    });
  }
  expect(failures).toBeGreaterThan(5);
  expect(runs).toBe(failures);
  const faults = windows.filter(({ fault }) => fault === 'decoder-failed');
  expect(faults).toHaveLength(failures);
  expect(faults.every(({ decision }) => decision.rejected && decision.gesture === 'rest')).toBe(true);
});
