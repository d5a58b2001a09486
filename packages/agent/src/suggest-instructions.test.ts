import type { PredicateName } from '@efferent/skills';
import { expect, test } from 'vitest';
import type { BeliefView, FixtureView, ObjectView, PlaceView } from './belief/belief-view.ts';
import { suggestInstructions } from './suggest-instructions.ts';

const object = (id: string, className: string, given: Partial<ObjectView> = {}) =>
  ({
    id,
    className,
    confidence: 0.9,
    visible: true,
    missing: false,
    support: 'table',
    relation: 'on',
    positionM: [1, 0, 0.8],
    ...given,
  }) as ObjectView;
const fixture = (label: string, state: FixtureView['state'], opens = true) =>
  ({ id: label, label, state, opens, hasAccess: true }) as FixtureView;
const view = (given: Partial<BeliefView>): BeliefView =>
  ({ objects: [], fixtures: [], robots: [], places: [], ...given }) as unknown as BeliefView;
const everything: readonly PredicateName[] = [
  'holding',
  'in',
  'on',
  'open',
  'closed',
  'pressed',
  'wiped',
  'offered',
  'inspected',
];
const suggest = (seen: BeliefView, effects = everything) => suggestInstructions(seen, new Set(effects));

test('offers what is in view and what opens or closes, at most six', () => {
  const instructions = suggest(
    view({
      objects: [object('apple-1', 'apple'), object('mug-1', 'red_mug'), object('bowl-1', 'bowl')],
      fixtures: [
        fixture('left drawer', 'closed'),
        fixture('fridge', 'open'),
        fixture('table', 'fixed', false),
      ],
    }),
  );
  expect(instructions).toEqual([
    'put the apple in the bowl',
    'bring me the apple',
    'bring me the red mug',
    'open the left drawer',
    'close the fridge',
    'put the red mug in the bowl',
  ]);
});

test('what is in the hand is put away first, and not brought', () => {
  const instructions = suggest(
    view({
      objects: [object('apple-1', 'apple'), object('mug-1', 'mug'), object('bowl-1', 'bowl')],
      robots: [{ held: 'mug-1' }] as unknown as BeliefView['robots'],
    }),
  );
  expect(instructions[0]).toBe('put the mug in the bowl');
  expect(instructions).not.toContain('bring me the mug');
});

test('what fell on the floor is picked up', () => {
  const objects = [object('apple-1', 'apple'), object('remote-1', 'remote', { positionM: [1, 0, 0.01] })];
  expect(suggest(view({ objects }))).toEqual([
    'pick up the remote',
    'bring me the apple',
    'bring me the remote',
  ]);
});

const person = (fields: Partial<PlaceView>) => ({ id: 'person', hasPerson: true, ...fields }) as PlaceView;

test('a button is pressed, never opened or closed', () => {
  const fixtures = [
    { ...fixture('light switch', 'fixed', false), kind: 'button' },
    fixture('fridge', 'open'),
  ];
  expect(suggest(view({ fixtures }))).toEqual(['press the light switch', 'close the fridge']);
});

test('a spill is wiped up where something to wipe with is known, and nothing else is done to it', () => {
  const spill = object('spill-1', 'spill');
  expect(suggest(view({ objects: [spill] }))).toEqual([]);
  expect(suggest(view({ objects: [spill, object('sponge-1', 'sponge')] }))).toEqual([
    'wipe up the spill',
    'bring me the sponge',
  ]);
});

test('a table is wiped that is dirty, or that was not looked at', () => {
  const table = {
    id: 'table',
    label: 'table',
    kind: 'table',
    isSurface: true,
    hasAccess: true,
    state: 'fixed',
  };
  const wipes = (contentsKnown: number, objects: readonly ObjectView[] = []) =>
    suggest(view({ objects, fixtures: [{ ...table, contentsKnown } as FixtureView] }));
  expect(wipes(0)).toEqual(['look at the table', 'wipe the table']);
  expect(wipes(0.9)).toEqual([]);
  const fromAfar = { ...table, contentsKnown: 0.9, closelySeenShare: 0.1 } as FixtureView;
  expect(suggest(view({ fixtures: [fromAfar] }))).toEqual(['look at the table']);
  expect(wipes(0.9, [object('spill-1', 'spill')])).toEqual(['wipe the table']);
});

test('what one drinks from is held to the mouth of somebody who is there, and brought where it can be put down', () => {
  const objects = [object('mug-1', 'mug'), object('remote-1', 'remote')];
  const bottle = object('bottle-1', 'bottle');
  expect(suggest(view({ objects: [...objects, bottle], places: [person({})] }))).toEqual([
    'hold a cup to my mouth',
    'hold the bottle to my mouth',
  ]);
  const two = [object('red-mug-1', 'red-mug'), object('blue-mug-1', 'blue-mug')];
  expect(suggest(view({ objects: two, places: [person({})] }))).toContain('hold the red mug to my mouth');
  expect(suggest(view({ places: [person({})] }))).toEqual(['hold a cup to my mouth']);
  const delivery = { surfaceId: 'table-top', centerM: [0, 0], yawRad: 0, sizeM: [0.5, 0.2] } as const;
  expect(suggest(view({ objects, places: [person({ delivery })] }))).toEqual([
    'bring me the mug',
    'bring me the remote',
    'hold a cup to my mouth',
  ]);
  expect(suggest(view({ objects, places: [person({ hasPerson: false })] }))).not.toContain(
    'hold a cup to my mouth',
  );
});

test('offers nothing that is missing, unsure or already there', () => {
  const objects = [
    object('apple-1', 'apple', { missing: true }),
    object('pear-1', 'pear', { confidence: 0.2 }),
    object('banana-1', 'banana', { support: 'bowl-1', visible: false }),
    object('bowl-1', 'bowl'),
  ];
  expect(suggest(view({ objects }))).toEqual([]);
  expect(suggest(view({}))).toEqual([]);
});

test('what no robot has the skill for is not offered', () => {
  const table = { label: 'table', kind: 'table', isSurface: true, hasAccess: true, contentsKnown: 0 };
  const room = view({
    objects: [
      object('mug-1', 'mug'),
      object('bowl-1', 'bowl'),
      object('sponge-1', 'sponge', { positionM: [1, 0, 0.02] }),
      object('spill-1', 'spill'),
    ],
    fixtures: [
      table as FixtureView,
      { ...fixture('light switch', 'fixed', false), kind: 'button' },
      fixture('fridge', 'open'),
      fixture('left drawer', 'closed'),
    ],
    places: [person({}), { delivery: {} } as PlaceView],
  });
  expect(suggest(room, [])).toEqual([]);
  expect(suggest(room, ['inspected'])).toEqual(['look at the table']);
  expect(suggest(room, ['open', 'pressed'])).toEqual(['press the light switch', 'open the left drawer']);
  expect(suggest(room, ['holding', 'in', 'closed'])).toEqual([
    'put the mug in the bowl',
    'pick up the sponge',
    'close the fridge',
    'put the sponge in the bowl',
  ]);
  expect(suggest(room, ['holding', 'on'])).toEqual([
    'pick up the sponge',
    'bring me the mug',
    'bring me the sponge',
  ]);
  expect(suggest(room, ['holding', 'wiped'])).toEqual([
    'pick up the sponge',
    'wipe up the spill',
    'wipe the table',
  ]);
  expect(suggest(room, ['holding', 'offered'])).toEqual(['pick up the sponge', 'hold a cup to my mouth']);
});
