import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AlongX } from './along-x.ts';

const coordinate = fc.double({ min: -5, max: 5, noNaN: true });
const thing = fc.tuple(coordinate, coordinate).map(([x, y]) => ({ positionM: [x, y, 0] as const }));

test('what is near along x is found, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.array(thing),
      coordinate,
      fc.double({ min: 0, max: 3, noNaN: true }),
      (things, x, reachM) => {
        const near = new AlongX(things).near(x, reachM);
        const expected = things.filter(
          ({ positionM }) => positionM[0] >= x - reachM && positionM[0] <= x + reachM,
        );
        expect(new Set(near)).toEqual(new Set(expected));
        expect(near.map(({ positionM }) => positionM[0])).toEqual(
          expected.map(({ positionM }) => positionM[0]).sort((a, b) => a - b),
        );
      },
    ),
    { seed: 7 },
  );
});
