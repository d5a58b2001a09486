import { describe, expect, it } from 'vitest';
import { Rng } from './rng.ts';

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('Rng', () => {
  it('repeats itself for equal seeds and differs for others', () => {
    const draw = (seed: number) => {
      const rng = new Rng(seed);
      return Array.from({ length: 20 }, () => rng.uniform());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('is uniform in [0, 1)', () => {
    const rng = new Rng(1);
    const values = Array.from({ length: 20_000 }, () => rng.uniform());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(mean(values)).toBeCloseTo(0.5, 1);
    const bins = new Array<number>(10).fill(0);
    for (const value of values) bins[Math.floor(value * 10)] = (bins[Math.floor(value * 10)] as number) + 1;
    for (const count of bins) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('draws normal numbers of the given mean and deviation', () => {
    const rng = new Rng(2);
    const values = Array.from({ length: 20_000 }, () => rng.normal(3, 2));
    const average = mean(values);
    expect(Math.abs(average - 3)).toBeLessThan(0.06);
    const deviation = Math.sqrt(mean(values.map((value) => (value - average) ** 2)));
    expect(Math.abs(deviation - 2)).toBeLessThan(0.05);
  });

  it('shuffles without losing anything', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = new Rng(3).shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });

  it('forks streams by name that do not depend on later draws of the parent', () => {
    const first = new Rng(4);
    const fork = first.fork('camera').uniform();
    const second = new Rng(4);
    expect(second.fork('lidar').uniform()).not.toBe(fork);
    expect(new Rng(4).fork('camera').uniform()).toBe(fork);
  });
});
