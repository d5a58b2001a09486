import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { classOf, type Sighting } from './object-track.ts';
import { ObjectTracker } from './object-tracker.ts';

const sighting = (className: string, x: number, y = 0, fields: Partial<Sighting> = {}): Sighting => ({
  className,
  score: 0.95,
  positionM: [x, y, 0.76],
  orientation: [0, 0, 0, 1],
  sizeM: [0.075, 0.075, 0.075],
  rangeM: 1.5,
  ...fields,
});

const always = () => 1;
const never = () => 0;
const ids = (tracker: ObjectTracker) =>
  tracker
    .objects()
    .filter((track) => track.state === 'confirmed')
    .map((track) => track.id);

/** Shows the tracker pictures, five a second. */
const watch = (tracker: ObjectTracker, fromS: number, pictures: number, seen: () => readonly Sighting[]) => {
  for (let i = 0; i < pictures; i++) tracker.observe(seen(), fromS + i / 5, always);
};

test('sightings that the detector is not sure of need a third', () => {
  const tracker = new ObjectTracker();
  const doubtful = () => [sighting('apple', 0, 0, { score: 0.6 })];
  watch(tracker, 0, 2, doubtful);
  expect(ids(tracker)).toEqual([]);
  watch(tracker, 0.4, 1, doubtful);
  expect(ids(tracker)).toEqual(['apple-1']);
});

test('what was seen a few times and then no more was never there', () => {
  const tracker = new ObjectTracker();
  watch(tracker, 0, 3, () => [sighting('apple', 0)]);
  watch(tracker, 1, 20, () => []);
  expect(tracker.objects()).toEqual([]);
});

test('a thing that was misnamed at first sight does not stand in its own place a second time', () => {
  const tracker = new ObjectTracker();
  // From afar the two names are farther apart than the gate; later the thing is seen well.
  watch(tracker, 0, 3, () => [sighting('apple', 0.09, 0, { score: 0.65 })]);
  watch(tracker, 1, 12, () => [sighting('lemon', 0)]);
  tracker.observe([sighting('apple', 0.03), sighting('lemon', 0)], 4, always);
  watch(tracker, 4.2, 5, () => [sighting('lemon', 0)]);
  expect(ids(tracker)).toHaveLength(1);
  expect(classOf(tracker.objects()[0]!)).toBe('lemon');
});

test('a thing that comes into view in a vessel takes nothing from it', () => {
  const tracker = new ObjectTracker();
  const vessel = sighting('bowl', 0, 0, { sizeM: [0.2, 0.2, 0.07] });
  watch(tracker, 0, 10, () => [vessel]);
  watch(tracker, 2, 20, () => [vessel, sighting('apple', 0.03, 0.02)]);
  expect(ids(tracker)).toEqual(['bowl-1', 'apple-1']);
  expect(tracker.find('bowl-1')?.sizeM[0]).toBeGreaterThan(0.19);
});

test('a sighting under another name is no proof that the thing itself is there', () => {
  const tracker = new ObjectTracker();
  watch(tracker, 0, 10, () => [sighting('apple', 0)]);
  watch(tracker, 2, 3, () => [sighting('lemon', 0.01)]);
  const track = tracker.find('apple-1')!;
  expect(track.lastSeenS).toBeCloseTo(2.4);
  expect(track.namedS).toBeCloseTo(1.8);
});

test('what was hardly seen keeps its id when it shows up elsewhere', () => {
  const tracker = new ObjectTracker();
  watch(tracker, 0, 4, () => [sighting('apple', 0)]);
  watch(tracker, 1, 15, () => []);
  expect(tracker.objects()).toEqual([]);
  watch(tracker, 5, 3, () => [sighting('apple', 0.4)]);
  expect(ids(tracker)).toEqual(['apple-1']);
});

test('one misnaming beside its own kind makes no second thing', () => {
  const tracker = new ObjectTracker();
  watch(tracker, 0, 6, () => [sighting('apple', 0), sighting('orange', 0.5)]);
  // Once the orange is called an apple: apples have then been seen side by side in a single picture.
  tracker.observe([sighting('apple', 0), sighting('apple', 0.5)], 2, always);
  watch(tracker, 2.2, 4, () => [sighting('apple', 0), sighting('orange', 0.5)]);
  watch(tracker, 4, 15, () => [sighting('orange', 0.5)]);
  watch(tracker, 8, 4, () => [sighting('apple', 1.5), sighting('orange', 0.5)]);
  expect(ids(tracker).sort()).toEqual(['apple-1', 'orange-1']);
});

test('a thing that slides away under another gets no second identity', () => {
  const tracker = new ObjectTracker();
  const bowl = { sizeM: [0.2, 0.2, 0.07] as const };
  let x = 0;
  const both = () => [sighting('apple', x, 0), sighting('bowl', x, 0.02, bowl)];
  watch(tracker, 0, 6, both);
  // Pushed out of the gate within one picture: the old place is still given a chance for a while.
  x = 0.2;
  watch(tracker, 1.2, 15, both);
  expect(ids(tracker).sort()).toEqual(['apple-1', 'bowl-1']);
});

test('one sighting is not an object, two are', () => {
  const tracker = new ObjectTracker();
  tracker.observe([sighting('apple', 0)], 0, always);
  expect(ids(tracker)).toEqual([]);
  tracker.observe([sighting('apple', 0.01)], 0.2, always);
  expect(ids(tracker)).toEqual(['apple-1']);
});

test('a phantom that is seen once disappears', () => {
  const tracker = new ObjectTracker();
  tracker.observe([sighting('lemon', 1)], 0, always);
  for (let i = 1; i < 30; i++) tracker.observe([], i / 5, always);
  tracker.observe([sighting('lemon', 1)], 30, always);
  expect(ids(tracker)).toEqual([]);
});

test('keeps one identity a thing under the stated noise, confusion, misses and false positives', () => {
  const rng = new Rng(1234);
  const truth = [
    sighting('apple', 0, 0),
    sighting('orange', 0.15, 0),
    sighting('lemon', 0.3, 0.1),
    sighting('bowl', 0.6, 0, { sizeM: [0.2, 0.2, 0.07] }),
  ];
  const tracker = new ObjectTracker();
  for (let frame = 0; frame < 600; frame++) {
    const seen: Sighting[] = [];
    for (const thing of truth) {
      if (rng.chance(0.1)) continue;
      const sigma = 0.008 + 0.01 * thing.rangeM;
      const [x, y, z] = thing.positionM;
      const className = rng.chance(0.02) ? 'can' : thing.className;
      seen.push({
        ...thing,
        className,
        positionM: [x + rng.normal(0, sigma), y + rng.normal(0, sigma), z + rng.normal(0, sigma)],
      });
    }
    if (rng.chance(1 / 200)) seen.push(sighting('milk', rng.range(-1, 1), rng.range(-1, 1)));
    tracker.observe(seen, frame / 5, always);
  }
  expect(ids(tracker).sort()).toEqual(['apple-1', 'bowl-1', 'lemon-1', 'orange-1']);
  for (const thing of truth) {
    const track = tracker.objects().find((candidate) => classOf(candidate) === thing.className)!;
    expect(
      Math.hypot(track.positionM[0] - thing.positionM[0], track.positionM[1] - thing.positionM[1]),
    ).toBeLessThan(0.015);
  }
});

test('a thing that should have been seen again and again, but was not, is missing', () => {
  const tracker = new ObjectTracker();
  for (let i = 0; i < 10; i++) tracker.observe([sighting('apple', 0)], i / 5, always);
  for (let i = 10; i < 40; i++) tracker.observe([], i / 5, never);
  expect(ids(tracker)).toEqual(['apple-1']);
  for (let i = 40; i < 50; i++) tracker.observe([], i / 5, always);
  expect(ids(tracker)).toEqual([]);
  expect(tracker.find('apple-1')?.state).toBe('missing');
});

test('a missing thing that turns up elsewhere keeps its identity', () => {
  const tracker = new ObjectTracker();
  for (let i = 0; i < 5; i++) tracker.observe([sighting('apple', 0)], i / 5, always);
  for (let i = 5; i < 20; i++) tracker.observe([], i / 5, always);
  for (let i = 20; i < 23; i++) tracker.observe([sighting('apple', 2)], i / 5, always);
  expect(ids(tracker)).toEqual(['apple-1']);
  expect(tracker.find('apple-1')?.positionM[0]).toBeCloseTo(2, 2);
});

test('a thing that shows up elsewhere before its old place was looked at becomes one with it afterwards', () => {
  const tracker = new ObjectTracker();
  for (let i = 0; i < 5; i++) tracker.observe([sighting('apple', 0)], i / 5, always);
  for (let i = 5; i < 10; i++) tracker.observe([sighting('apple', 2)], i / 5, never);
  expect(ids(tracker)).toEqual(['apple-1', 'apple-2']);
  for (let i = 10; i < 25; i++) tracker.observe([sighting('apple', 2)], i / 5, always);
  expect(ids(tracker)).toEqual(['apple-1']);
});

test('two equal things seen side by side stay two when one goes missing', () => {
  const tracker = new ObjectTracker();
  for (let i = 0; i < 5; i++) tracker.observe([sighting('apple', 0), sighting('apple', 0.5)], i / 5, always);
  for (let i = 5; i < 20; i++) tracker.observe([sighting('apple', 0.5)], i / 5, always);
  expect(ids(tracker)).toEqual(['apple-2']);
  expect(tracker.find('apple-1')?.state).toBe('missing');
});

test('a held thing is not lost for not being seen, and is found where it was let go', () => {
  const tracker = new ObjectTracker();
  for (let i = 0; i < 5; i++) tracker.observe([sighting('apple', 0)], i / 5, always);
  tracker.find('apple-1')!.heldBy = '/stretch';
  for (let i = 5; i < 50; i++) tracker.observe([], i / 5, always);
  expect(tracker.find('apple-1')?.state).toBe('confirmed');
  tracker.release('apple-1');
  for (let i = 50; i < 53; i++) tracker.observe([sighting('apple', 1)], i / 5, always);
  expect(ids(tracker)).toEqual(['apple-1']);
});

test('an arm that moves in front of a bowl bit by bit takes neither its size nor its place', () => {
  const tracker = new ObjectTracker();
  const bowl = { sizeM: [0.2, 0.2, 0.07] as const };
  for (let i = 0; i < 20; i++) tracker.observe([sighting('bowl', 0, 0, bowl)], i / 5, always);
  for (let i = 0; i < 150; i++) {
    const visible = Math.max(0.06, 0.2 - 0.002 * i);
    const part = sighting('bowl', (0.2 - visible) / 2, 0, { sizeM: [0.2, visible, 0.07] });
    tracker.observe([part], 4 + i / 5, always);
  }
  const track = tracker.find('bowl-1')!;
  expect(track.sizeM[1]).toBeGreaterThan(0.16);
  expect(Math.abs(track.positionM[0])).toBeLessThan(0.03);
});
