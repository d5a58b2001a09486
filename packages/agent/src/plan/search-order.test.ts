import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstToSearch } from './search-order.ts';

interface Case {
  readonly chance: number;
  readonly costS: number;
  readonly at: readonly [number, number];
}

const site = fc.record({
  chance: fc.double({ min: 0.01, max: 1, noNaN: true }),
  costS: fc.double({ min: 1, max: 60, noNaN: true }),
  at: fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true })),
});
const wayS = (sites: readonly Case[]) => (from: number | undefined, to: number) => {
  const [x, y] = from === undefined ? [0, 0] : sites[from]!.at;
  return 5 * Math.hypot(sites[to]!.at[0] - x, sites[to]!.at[1] - y);
};

/** Chance-weighted time until the thing is found when the places are searched in this order. */
function expectedS(sites: readonly Case[], order: readonly number[]): number {
  let left = sites.reduce((sum, { chance }) => sum + chance, 0);
  let before: number | undefined;
  let sum = 0;
  for (const index of order) {
    sum += left * (wayS(sites)(before, index) + sites[index]!.costS);
    left -= sites[index]!.chance;
    before = index;
  }
  return sum;
}

const ordersOf = (rest: readonly number[]): readonly (readonly number[])[] =>
  rest.length === 0
    ? [[]]
    : rest.flatMap((first) =>
        ordersOf(rest.filter((each) => each !== first)).map((order) => [first, ...order]),
      );

test('begins the order of least expected time, as trying all orders finds', () => {
  fc.assert(
    fc.property(fc.array(site, { minLength: 1, maxLength: 5 }), (sites) => {
      const orders = ordersOf([...sites.keys()]);
      const least = Math.min(...orders.map((order) => expectedS(sites, order)));
      const first = firstToSearch(sites, wayS(sites));
      const withFirst = orders.filter((order) => order[0] === first);
      expect(Math.min(...withFirst.map((order) => expectedS(sites, order)))).toBeCloseTo(least, 6);
    }),
    { numRuns: 60 },
  );
});

test('has nothing to search when nothing has a chance', () => {
  expect(firstToSearch([{ chance: 0, costS: 1 }], () => 0)).toBeUndefined();
  expect(firstToSearch([], () => 0)).toBeUndefined();
});
