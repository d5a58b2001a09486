import { Transform, type Vector3 } from '@efferent/core';
import { placedBoxes } from '@efferent/robot';
import { describe, expect, test } from 'vitest';
import { kitchenMap, robotName } from '../testing/kitchen-view.ts';
import { Belief, type CameraDetection } from './belief.ts';
import { confidenceOf } from './confidence.ts';
import { truthOf, viewBelief } from './truth.ts';
import type { CameraView } from './visibility.ts';

/** Camera at `eye` that looks along +y, tilted down. */
function cameraAt(eye: Vector3, downRad: number): CameraView {
  // Optical z forward, x right, y down: first level along +y, then tilted about the right axis.
  const level = new Transform([0, 0, 0], [-Math.SQRT1_2, 0, 0, Math.SQRT1_2]);
  const tilt = new Transform([0, 0, 0], [Math.sin(-downRad / 2), 0, 0, Math.cos(downRad / 2)]);
  const mapFromCamera = new Transform(eye, level.multiply(tilt).rotation);
  return { mapFromCamera, widthPx: 320, heightPx: 240, fx: 230, fy: 230, cx: 160, cy: 120 };
}

function detection(
  view: CameraView,
  className: string,
  at: Vector3,
  sizeM: Vector3 = [0.075, 0.075, 0.075],
): CameraDetection {
  const cameraFromMap = view.mapFromCamera.inverse();
  return {
    className,
    score: 0.95,
    cameraFromObject: cameraFromMap.multiply(new Transform(at, [0, 0, 0, 1])),
    sizeM,
  };
}

const newBelief = () => new Belief(kitchenMap(), [{ name: robotName }]);
/** In front of the counter, whose top is at 0.85 m. */
const counterView = cameraAt([-0.7, 0.7, 1.35], 0.45);
const onCounter: Vector3 = [-0.7, 1.75, 0.89];

function watch(
  belief: Belief,
  view: CameraView,
  things: readonly CameraDetection[],
  fromS: number,
  pictures: number,
): void {
  for (let i = 0; i < pictures; i++) belief.observeDetections(view, things, fromS + i * 0.2);
}

const seen = () => {
  const belief = newBelief();
  watch(belief, counterView, [detection(counterView, 'apple', onCounter)], 0, 6);
  return belief;
};

test('starts with furniture of unknown state and without any movable thing', () => {
  const view = viewBelief(newBelief(), 0);
  expect(view.objects).toEqual([]);
  expect(view.fixtures.filter((fixture) => fixture.opens).map((fixture) => fixture.state)).toEqual([
    'unknown',
    'unknown',
    'unknown',
  ]);
  expect(view.fixtures.every((fixture) => fixture.seenShare === 0)).toBe(true);
});

test('nothing counts as seen before a picture was taken, however far back one asks', () => {
  expect(newBelief().coverage.since('table-top', Number.NEGATIVE_INFINITY)).toBe(0);
});

test('a surface counts as seen after it was in clear view twice, another one does not', () => {
  const belief = newBelief();
  watch(belief, counterView, [], 0, 8);
  expect(belief.coverage.since('counter-top', 0)).toBeGreaterThan(0.5);
  expect(belief.coverage.since('table-top', 0)).toBe(0);
  expect(belief.coverage.since('left-drawer', 0)).toBe(0);
});

test('says on what a thing stands, and in what it lies', () => {
  const belief = newBelief();
  const bowl = detection(counterView, 'bowl', [-0.7, 1.75, 0.88], [0.2, 0.2, 0.07]);
  watch(
    belief,
    counterView,
    [
      detection(counterView, 'apple', [-0.4, 1.75, 0.89]),
      bowl,
      detection(counterView, 'lemon', [-0.68, 1.76, 0.9], [0.06, 0.06, 0.06]),
    ],
    0,
    4,
  );
  const where = Object.fromEntries(
    viewBelief(belief, 1).objects.map((object) => [object.id, `${object.relation} ${object.support}`]),
  );
  expect(where).toEqual({ 'apple-1': 'on counter-top', 'bowl-1': 'on counter-top', 'lemon-1': 'in bowl-1' });
  expect(truthOf(belief, { predicate: 'in', arguments: ['lemon-1', 'bowl-1'] }, robotName, 1)).toBe('true');
  expect(truthOf(belief, { predicate: 'on', arguments: ['lemon-1', 'counter-top'] }, robotName, 1)).toBe(
    'true',
  );
});

describe('a thing that is not detected', () => {
  test('is given up while its place is in clear view', () => {
    const belief = seen();
    watch(belief, counterView, [], 2, 12);
    expect(truthOf(belief, { predicate: 'known', arguments: ['apple-1'] }, robotName, 5)).toBe('false');
  });

  test('is kept while its place is out of view', () => {
    const belief = seen();
    watch(belief, cameraAt([-0.7, -1.5, 1.35], 0.45), [], 2, 30);
    expect(truthOf(belief, { predicate: 'known', arguments: ['apple-1'] }, robotName, 8)).toBe('true');
  });

  test('is kept while something nearer stands before it, as the depth picture shows', () => {
    const belief = seen();
    const depthMm = new Uint16Array(320 * 240).fill(400);
    for (let i = 0; i < 20; i++) {
      belief.observeDepth({ view: counterView, depthMm }, 2 + i * 0.2);
      belief.observeDetections(counterView, [], 2 + i * 0.2);
    }
    expect(truthOf(belief, { predicate: 'known', arguments: ['apple-1'] }, robotName, 6)).toBe('true');
  });

  test('is trusted less as time goes by', () => {
    const belief = seen();
    const track = belief.tracker.find('apple-1')!;
    expect(confidenceOf(track, belief.map.kinds, 2)).toBeGreaterThan(0.9);
    expect(confidenceOf(track, belief.map.kinds, 1900)).toBeLessThan(0.5);
  });
});

/** Depth picture of the furniture alone, with articulations at the given positions. */
function depthOf(view: CameraView, positions: ReadonlyMap<string, number>): Uint16Array {
  const boxes = placedBoxes(kitchenMap().prior, positions).filter((box) => box.part !== 'handle');
  const frames = boxes.map((box) => ({
    boxFromCamera: box.mapFromBox.inverse().multiply(view.mapFromCamera),
    half: box.sizeM,
  }));
  const image = new Uint16Array(view.widthPx * view.heightPx);
  for (let row = 0; row < view.heightPx; row += 1) {
    for (let column = 0; column < view.widthPx; column += 1) {
      const ray: Vector3 = [(column - view.cx) / view.fx, (row - view.cy) / view.fy, 1];
      let nearest = 10;
      for (const { boxFromCamera, half } of frames)
        nearest = Math.min(nearest, rayDepth(boxFromCamera, half, ray));
      image[row * view.widthPx + column] = nearest * 1000;
    }
  }
  return image;
}

function rayDepth(boxFromCamera: Transform, sizeM: Vector3, ray: Vector3): number {
  const start = boxFromCamera.translation;
  const end = boxFromCamera.apply(ray);
  let low = 0;
  let high = 10;
  for (let axis = 0; axis < 3; axis++) {
    const delta = end[axis]! - start[axis]! || 1e-9;
    const a = (-sizeM[axis]! / 2 - start[axis]!) / delta;
    const b = (sizeM[axis]! / 2 - start[axis]!) / delta;
    low = Math.max(low, Math.min(a, b));
    high = Math.min(high, Math.max(a, b));
  }
  return low <= high ? low : 10;
}

describe('a drawer', () => {
  const view: CameraView = {
    ...cameraAt([-1.2, 0.75, 1.2], 0.75),
    widthPx: 160,
    heightPx: 120,
    fx: 115,
    fy: 115,
    cx: 80,
    cy: 60,
  };
  test.each([
    [0, 'closed'],
    [0.33, 'open'],
    [0.12, 'unknown'],
  ] as const)('that stands at %d m is %s', (position, state) => {
    const belief = newBelief();
    const depthMm = depthOf(view, new Map([['left-drawer', position]]));
    belief.observeDepth({ view, depthMm }, 1);
    expect(belief.articulation('left-drawer')?.state).toBe('unknown');
    belief.observeDepth({ view, depthMm }, 1.2);
    expect(belief.articulation('left-drawer')?.state).toBe(state);
    expect(belief.articulationPosition('left-drawer')).toBeCloseTo(position, 1);
    expect(belief.articulation('fridge-door')?.state).toBe('unknown');
  });

  test.each([
    [[-1.2, 0.98, 1.4], 0.9],
    [[-0.8, 1.05, 1.4], 1],
    [[-1.2, 1.6, 1.5], 2],
  ] as const)('is seen to be open from above, and past its front: from %j', (eye, downRad) => {
    const belief = newBelief();
    const above = { ...view, ...cameraAt(eye, downRad) };
    const depthMm = depthOf(above, new Map([['left-drawer', 0.317]]));
    for (const stampS of [1, 1.2]) belief.observeDepth({ view: above, depthMm }, stampS);
    expect(belief.articulation('left-drawer')?.state).toBe('open');
  });
});

describe('what is in the hand', () => {
  test('follows the tool, and is lost when the fingers shut on nothing', () => {
    const belief = newBelief();
    watch(belief, counterView, [detection(counterView, 'apple', onCounter)], 0, 4);
    belief.observeJoints(robotName, 0.07, -6, 1);
    belief.confirmHolding(robotName, 'apple-1');
    belief.observeRobot(robotName, Transform.identity, new Transform([1, 1, 1], [0, 0, 0, 1]));
    expect(viewBelief(belief, 1).objects[0]).toMatchObject({
      relation: 'held-by',
      support: robotName,
      positionM: [1, 1, 1],
    });
    for (let i = 0; i < 100; i++) belief.observeJoints(robotName, 0.0005, 0, 2 + i / 100);
    expect(belief.heldBy(robotName)).toBeUndefined();
    expect(truthOf(belief, { predicate: 'known', arguments: ['apple-1'] }, robotName, 3)).toBe('false');
  });

  test('stays where the fingers opened, also when the hand goes on', () => {
    const belief = newBelief();
    watch(belief, counterView, [detection(counterView, 'apple', onCounter)], 0, 4);
    belief.observeJoints(robotName, 0.07, -6, 1);
    belief.confirmHolding(robotName, 'apple-1');
    belief.observeRobot(robotName, Transform.identity, new Transform([1, 1, 1], [0, 0, 0, 1]));
    // Fingers that meet something on opening press outwards: that is no grip.
    belief.observeJoints(robotName, 0.1, 6, 2);
    belief.observeRobot(robotName, Transform.identity, new Transform([0, 0, 1], [0, 0, 0, 1]));
    expect(belief.tracker.find('apple-1')?.positionM).toEqual([1, 1, 1]);
  });

  test('keeps its identity while it is carried past the camera', () => {
    const belief = newBelief();
    watch(belief, counterView, [detection(counterView, 'apple', onCounter)], 0, 6);
    belief.beginHandling(robotName, 'apple-1', 2);
    for (let i = 0; i < 20; i++) {
      const at: Vector3 = [-0.7 + i * 0.04, 1.6 - i * 0.02, 0.95];
      belief.observeRobot(robotName, Transform.identity, new Transform(at, [0, 0, 0, 1]));
      belief.observeDetections(counterView, [detection(counterView, 'apple', at)], 2 + i * 0.2);
    }
    expect(viewBelief(belief, 6).objects.map((object) => object.id)).toEqual(['apple-1']);
  });
});

describe('the world graph', () => {
  test('knows rooms, what is part of and behind what, and where things are', () => {
    const belief = seen();
    const { rooms, relations, objects } = viewBelief(belief, 1);
    expect(rooms.map(({ id }) => id)).toEqual(['kitchen']);
    const edges = relations.map(({ subject, relation, object }) => `${subject} ${relation} ${object}`);
    expect(edges).toEqual(
      expect.arrayContaining([
        'table inside-room kitchen',
        'table-top part-of table',
        'fridge-lower-shelf behind fridge-door',
        'apple-1 on counter-top',
        'apple-1 inside-room kitchen',
      ]),
    );
    expect(relations.find(({ subject }) => subject === 'apple-1')).toMatchObject({
      confidence: objects[0]!.confidence,
      source: 'detection',
    });
  });

  test('says where a missing thing may be, and that it is nowhere for sure', () => {
    const belief = seen();
    belief.tracker.markMissing('apple-1');
    const [apple] = viewBelief(belief, 5).objects;
    expect(apple).toMatchObject({ missing: true, confidence: 0, room: '' });
    expect(apple!.likelyPlaces).toHaveLength(3);
    expect(apple!.likelyPlaces[0]!.probability).toBeLessThan(0.8);
  });

  test('what lies in a container is known for a while after a look, and unknown before', () => {
    const belief = newBelief();
    const known = (nowS: number) =>
      viewBelief(belief, nowS).fixtures.find(({ id }) => id === 'left-drawer')!.contentsKnown;
    expect(known(1)).toBe(0);
    belief.coverage.mark('left-drawer', 1);
    expect(known(2)).toBeGreaterThan(0.9);
    expect(known(1801)).toBeCloseTo(0.25);
  });

  test('a door that was seen long ago is of unknown state', () => {
    const belief = newBelief();
    const state = (nowS: number) => viewBelief(belief, nowS).fixtures.find(({ id }) => id === 'fridge-door')!;
    for (const stampS of [1, 2])
      belief.observeScene(
        {
          sightings: [],
          articulations: new Map([['fridge-door', 1.9]]),
          covered: [],
          detectionChance: () => 0,
        },
        stampS,
      );
    expect(state(3)).toMatchObject({ state: 'open', stateConfidence: expect.closeTo(1, 2) });
    expect(state(4 * 3600)).toMatchObject({ state: 'unknown' });
  });
});
