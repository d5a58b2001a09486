import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultSignalSettings } from './calibrate-synthetic.ts';
import type { LoadedCalibration } from './calibration-file.ts';
import { decide, isSilent } from './decide.ts';

const calibration: LoadedCalibration = {
  sourceId: 'test',
  decoder: 'lda',
  signal: defaultSignalSettings(2000, 64),
  gestures: ['rest', 'grip', 'open'],
  levels: {
    silenceUv: 8,
    effortUv: { grip: [10, 50], open: [12, 40] },
    coActivation: { restUv: [], fullUv: [], threshold: 1 },
  },
  rejectBelow: 0.7,
  featureMeans: new Float32Array(0),
  heldOut: { accuracy: 1, activeErrorRate: 0, rejectionRate: 0, windowCount: 1 },
};
const p = (...values: number[]) => Float32Array.from(values);

test('a sure window is its most probable gesture, with effort between barely and firmly', () => {
  expect(decide(calibration, p(0.05, 0.9, 0.05), 30, 30)).toMatchObject({
    gesture: 'grip',
    rejected: false,
    effort: 0.5,
  });
  expect(decide(calibration, p(0.05, 0.9, 0.05), 90, 90).effort).toBe(1);
});

test('an unsure window is rejected and rests', () => {
  const decision = decide(calibration, p(0.35, 0.6, 0.05), 30, 30);
  expect(decision).toMatchObject({ gesture: 'rest', rejected: true, effort: 0 });
  expect(decision.confidence).toBeCloseTo(0.6);
});

test('a gesture whose newest stride has no effort left is rest, whatever the window still holds', () => {
  expect(decide(calibration, p(0, 1, 0), 45, 9)).toMatchObject({
    gesture: 'rest',
    rejected: false,
    effort: 0,
  });
});

test('silence is told by the level alone', () => {
  expect(isSilent(calibration, 8)).toBe(true);
  expect(isSilent(calibration, 8.1)).toBe(false);
});

test('no probabilities, however broken, move the robot without confidence', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float(), { minLength: 3, maxLength: 3 }),
      fc.double({ noNaN: true }),
      (values, level) => {
        const decision = decide(calibration, Float32Array.from(values), level, level);
        expect(decision.effort).toBeGreaterThanOrEqual(0);
        expect(decision.effort).toBeLessThanOrEqual(1);
        if (decision.gesture !== 'rest')
          expect(decision.confidence).toBeGreaterThanOrEqual(calibration.rejectBelow);
      },
    ),
  );
});
