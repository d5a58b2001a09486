import { expect, test } from 'vitest';
import { effortFigures } from './effort-figures.ts';
import { readTally } from './tally.ts';

const tallied = (calls: number, seconds: number, cell: string) => ({
  [`${cell}|search/a|n`]: 2,
  [`${cell}|search/a|calls`]: 2 * calls,
  [`${cell}|search/a|simulated-s`]: 2 * seconds,
});
const read = (...parts: readonly Record<string, number>[]) => [
  ...readTally(Object.assign({}, ...parts)).values(),
];

test('efforts stand side by side over the cells that both ran', () => {
  const figures = effortFigures(
    read(
      tallied(4, 100, 'hybrid x1 p0.5 r8 measured'),
      tallied(5, 98, 'no-critic x1 p0.5 r8 measured'),
      tallied(50, 900, 'hybrid x1 p0.5 r3 measured'),
    ),
  );
  const value = (name: string) => figures.find((figure) => figure.name === name);
  expect(value('effort/hybrid/model-calls')).toMatchObject({ value: 4, n: 2 });
  expect(value('effort/no-critic/model-calls')?.value).toBe(5);
  expect(value('effort/difference/model-calls')).toMatchObject({ target: 0.05, met: false });
  expect(value('effort/difference/simulated')?.value).toBeCloseTo(0.02, 9);
  expect(value('effort/difference/simulated')?.met).toBe(true);
});

test('without the two planners there is nothing to say', () => {
  expect(effortFigures(read(tallied(4, 100, 'hybrid x1 p0.5 r8 measured')))).toEqual([]);
});
