import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kitchenView } from '../testing/kitchen-view.ts';
import { Kinds } from './kinds.ts';
import { type PlaceEvidence, placeChances } from './place-chances.ts';

const { fixtures } = kitchenView([]);
const places = fixtures.filter((fixture) => fixture.isSurface || fixture.isContainer).map(({ id }) => id);
const evidence = (className: string, fields: Partial<PlaceEvidence> = {}): PlaceEvidence => ({
  kind: new Kinds([]).of(className),
  within: '',
  lastSupport: '',
  stayed: 0,
  remembered: new Map(),
  seen: () => 0,
  closelySeen: () => 0,
  ...fields,
});
const chanceOf = (place: string, given: PlaceEvidence): number =>
  placeChances(fixtures, given).find((chance) => chance.place === place)?.probability ?? 0;

test('a thing is at one of the places or somewhere else, whatever is known', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const place = fc.constantFrom('', ...places);
  fc.assert(
    fc.property(
      fc.constantFrom('apple', 'spoon', 'red-mug', 'sponge', 'gizmo'),
      fc.dictionary(place, share),
      fc.dictionary(place, fc.double({ min: 0, max: 50, noNaN: true })),
      place,
      place,
      share,
      (className, seen, found, within, lastSupport, stayed) => {
        const chances = placeChances(
          fixtures,
          evidence(className, {
            within,
            lastSupport,
            stayed,
            remembered: new Map(Object.entries(found)),
            seen: (id) => seen[id] ?? 0,
            closelySeen: (id) => (seen[id] ?? 0) / 2,
          }),
        );
        expect(chances.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
        expect(chances.every(({ probability }) => probability >= 0)).toBe(true);
        expect(chances.map((chance) => chance.place).sort()).toEqual(['', ...places].sort());
      },
    ),
  );
});

test('what a look did not show makes a place less likely and all others more', () => {
  const before = evidence('apple');
  const after = evidence('apple', {
    seen: (id) => Number(id === 'table-top'),
    closelySeen: (id) => Number(id === 'table-top'),
  });
  expect(chanceOf('table-top', after)).toBeLessThan(0.1 * chanceOf('table-top', before));
  for (const place of ['counter-top', 'left-drawer', ''])
    expect(chanceOf(place, after)).toBeGreaterThan(chanceOf(place, before));
});

test('where such things were found before outweighs common sense, the more often the more', () => {
  const found = (times: number) =>
    chanceOf('shelf-lower', evidence('apple', { remembered: new Map([['shelf-lower', times]]) }));
  expect(found(0)).toBeLessThan(found(1));
  expect(found(1)).toBeLessThan(found(4));
  expect(placeChances(fixtures, evidence('apple', { remembered: new Map([['shelf-lower', 3]]) }))[0]).toEqual(
    {
      place: 'shelf-lower',
      probability: expect.any(Number),
      source: 'memory',
    },
  );
});

test("the last place counts as long as things of the kind stay, and the person's word more than all", () => {
  const last = (stayed: number) =>
    chanceOf('shelf-upper', evidence('apple', { lastSupport: 'shelf-upper', stayed }));
  expect(last(0.9)).toBeGreaterThan(0.8);
  expect(last(0.9)).toBeGreaterThan(last(0.1));
  const told = evidence('apple', { within: 'right-drawer', lastSupport: 'shelf-upper', stayed: 0.9 });
  expect(placeChances(fixtures, told)[0]?.place).toBe('right-drawer');
});

test('a map says what is special about the things of a household', () => {
  const kinds = new Kinds([
    { name: 'mug', halfLifeS: 5, places: { shelf: 1 } },
    { name: 'fruit', halfLifeS: undefined, places: { drawer: 1 } },
  ]);
  expect(kinds.of('red-mug')).toEqual({ halfLifeS: 5, places: { shelf: 1 } });
  expect(kinds.of('apple')).toEqual({
    halfLifeS: new Kinds([]).of('apple').halfLifeS,
    places: { drawer: 1 },
  });
  expect(kinds.of('spoon')).toEqual(new Kinds([]).of('spoon'));
});
