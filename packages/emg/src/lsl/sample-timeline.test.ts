import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { SampleTimeline } from './sample-timeline.ts';

const nominalHz = 2000;
const chunkSamples = 50;

/** Feeds chunks whose first sample is stamped; returns the indices that the samples got. */
function feed(timeline: SampleTimeline, chunks: number, stampOf: (sample: number) => number): number[] {
  const indices: number[] = [];
  for (let chunk = 0; chunk < chunks; chunk++) {
    for (let i = 0; i < chunkSamples; i++) {
      const sample = chunk * chunkSamples + i;
      indices.push(timeline.next(i === 0 ? stampOf(sample) : undefined));
    }
  }
  return indices;
}

test('jitter of 5 ms is smoothed to below 0.5 ms, at the rate that the sender really has', () => {
  const rng = new Rng(1);
  const timeline = new SampleTimeline(nominalHz);
  const trueTime = (sample: number) => 1000 + sample / (nominalHz * 1.0005);
  const chunks = 4000;
  const indices = feed(timeline, chunks, (sample) => trueTime(sample) + rng.normal(0, 0.005));
  expect(indices.at(-1)).toBe(chunks * chunkSamples - 1);
  const last = chunks * chunkSamples - 1;
  expect(Math.abs(timeline.timeOf(last) - trueTime(last))).toBeLessThan(5e-4);
});

test('an hour at a wrong rate loses no sample', () => {
  const timeline = new SampleTimeline(nominalHz);
  const indices: number[] = [];
  const trueTime = (sample: number) => 5 + sample / (nominalHz * 0.999);
  for (let second = 0; second < 3600; second++) {
    indices.push(timeline.next(trueTime(second * 40)));
    for (let i = 1; i < 40; i++) timeline.next(undefined);
  }
  expect(indices.at(-1)).toBe(3599 * 40);
});

test('a loss moves the numbering on by the samples that are missing', () => {
  const timeline = new SampleTimeline(nominalHz);
  feed(timeline, 100, (sample) => 3 + sample / nominalHz);
  const stampS = 3 + (100 * chunkSamples + 150) / nominalHz;
  expect(timeline.next(stampS)).toBe(100 * chunkSamples + 150);
  expect(timeline.timeOf(100 * chunkSamples + 150)).toBeCloseTo(stampS, 9);
});

test('a clock that is set back loses nothing and is followed', () => {
  const timeline = new SampleTimeline(nominalHz);
  feed(timeline, 100, (sample) => 3 + sample / nominalHz);
  expect(timeline.next(1)).toBe(100 * chunkSamples);
  expect(timeline.timeOf(100 * chunkSamples)).toBeCloseTo(1, 9);
});

test('stamps that are no numbers are deduced', () => {
  const timeline = new SampleTimeline(nominalHz);
  expect([timeline.next(7), timeline.next(Number.NaN), timeline.next(undefined)]).toEqual([0, 1, 2]);
  expect(timeline.timeOf(2)).toBeCloseTo(7.001, 9);
});
