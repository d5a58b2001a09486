import { describe, expect, it } from 'vitest';
import {
  figure,
  latencyFigures,
  makeReport,
  missedTargets,
  percentile,
  rateFigure,
  wilsonInterval,
} from './figure.ts';

describe('wilsonInterval', () => {
  it('agrees with published values', () => {
    // 81 of 263, Newcombe 1998, table I, method 3 (score method without continuity correction).
    const [low, high] = wilsonInterval(81, 263);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });

  it('stays inside [0, 1] at the edges', () => {
    expect(wilsonInterval(0, 20)[0]).toBe(0);
    expect(wilsonInterval(20, 20)[1]).toBe(1);
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });
});

describe('percentile', () => {
  it('interpolates between ranks', () => {
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(percentile([1, 2, 3, 4], 1)).toBe(4);
  });

  it('has no value for an empty list', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('figures', () => {
  it('are judged by the point estimate in the direction asked for', () => {
    expect(figure('a', 0.9, '1', { target: ['>=', 0.9] }).met).toBe(true);
    expect(figure('b', 2.1, 'ms', { target: ['<=', 2] }).met).toBe(false);
    expect(figure('c', 1, 's').met).toBeUndefined();
  });

  it('carry n and the interval when they are rates', () => {
    const rate = rateFigure('success-rate', 9, 10, ['>=', 0.9]);
    expect(rate).toMatchObject({ value: 0.9, n: 10, met: true });
    expect(rate.interval95?.[0]).toBeLessThan(0.9);
  });

  it('sort latency samples numerically', () => {
    const [p50, p99] = latencyFigures('lateness', [10, 9, 100, 1], 'ms', { p99: 50 });
    expect(p50?.value).toBe(9.5);
    expect(p99?.met).toBe(false);
  });
});

it('a report names the targets that were missed', () => {
  const report = makeReport(
    'x',
    1,
    [figure('slow', 3, 'ms', { target: ['<=', 2] }), figure('fine', 1, 'ms')],
    {},
  );
  expect(missedTargets(report)).toEqual(['slow: 3 ms, wanted <= 2']);
  expect(report.machine.cores).toBeGreaterThan(0);
});
