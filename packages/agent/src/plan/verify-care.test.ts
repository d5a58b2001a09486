import { quaternionFromRpy, Transform, type Vector3 } from '@efferent/core';
import { skillContracts } from '@efferent/skills';
import { describe, expect, test } from 'vitest';
import { Belief } from '../belief/belief.ts';
import { truthOf } from '../belief/truth.ts';
import { careMap } from '../testing/care-view.ts';
import { robotName } from '../testing/kitchen-view.ts';
import { newSubGoal } from './plan-graph.ts';
import { verifyEffects } from './verifier.ts';

const newBelief = () => new Belief(careMap(), [{ name: robotName }]);

const spillAt: Vector3 = [0.22, 1.38, 0.742];
const sighting = (className: string, positionM: Vector3, sizeM: Vector3 = [0.3, 0.08, 0.004]) => ({
  className,
  score: 0.95,
  positionM,
  orientation: [0, 0, 0, 1] as const,
  sizeM,
  rangeM: 1,
});

/** Looks for a second: what is seen, and whether the place of what is not seen is in view. */
function look(belief: Belief, seen: readonly ReturnType<typeof sighting>[], fromS: number, isInView = true) {
  for (let i = 0; i < 6; i++)
    belief.observeScene(
      {
        sightings: seen,
        articulations: new Map(),
        covered: isInView ? ['table-top'] : [],
        detectionChance: () => (isInView ? 0.95 : 0),
      },
      fromS + 0.2 * i,
    );
}

const verify = (
  belief: Belief,
  skill: string,
  given: Readonly<Record<string, string>>,
  sinceS: number,
  looked = true,
) =>
  verifyEffects(
    belief,
    newSubGoal({ id: 's1', description: '', skill, arguments: given, dependsOn: [], robot: robotName }),
    skillContracts[skill]!,
    sinceS,
    sinceS + 1.2,
    looked,
  );

describe('wiped, by what is seen', () => {
  const wipe = (belief: Belief, target: string, looked = true) =>
    verify(belief, 'wipe', { tool: 'sponge-1', target }, 10, looked);

  test('nothing of the spill is seen where it was, in clear view', () => {
    const belief = newBelief();
    look(belief, [sighting('spill', spillAt)], 0);
    expect(truthOf(belief, { predicate: 'wiped', arguments: ['spill-1'] }, robotName, 2)).toBe('false');
    look(belief, [], 5);
    look(belief, [], 10);
    expect(wipe(belief, 'spill-1')).toMatchObject({ verdict: 'confirmed', evidence: 'seen clean' });
    expect(wipe(belief, 'table-top').verdict).toBe('confirmed');
  });

  test('what is left of it is seen, also as another spill', () => {
    const belief = newBelief();
    look(belief, [sighting('spill', spillAt)], 0);
    look(belief, [], 5);
    look(belief, [sighting('spill', [0.34, 1.38, 0.742], [0.05, 0.05, 0.004])], 10);
    expect(wipe(belief, 'spill-1').verdict).toBe('refuted');
    expect(wipe(belief, 'table-top').verdict).toBe('refuted');
  });

  test('without a view nothing is said, and the table is looked at', () => {
    const belief = newBelief();
    look(belief, [sighting('spill', spillAt)], 0);
    look(belief, [], 5);
    look(belief, [], 10, false);
    expect(wipe(belief, 'spill-1', false)).toMatchObject({ verdict: 'unknown' });
    expect(wipe(belief, 'table-top', false)).toMatchObject({ verdict: 'unknown', lookAt: 'table-top' });
    expect(wipe(belief, 'spill-1').verdict).toBe('unknown');
  });
});

describe('offered, by the hand and the faces that are seen', () => {
  const face: Vector3 = [1.5, -0.3, 1.26];

  function holding(tool: Transform, faces: readonly Vector3[] = [face], movedS = 8): Belief {
    const belief = newBelief();
    look(belief, [sighting('mug', [-0.6, -1.65, 0.87], [0.08, 0.08, 0.095])], 0);
    belief.observeJoints(robotName, 0.1, 0, 2);
    belief.observeRobot(robotName, Transform.identity, new Transform([-0.6, -1.65, 0.87], [0, 0, 0, 1]));
    belief.observeJoints(robotName, 0.078, -6, 3);
    belief.confirmHolding(robotName, 'mug-1');
    for (const each of faces) belief.observeFace(each, 9);
    belief.observeJoints(robotName, 0.078, -6, movedS);
    belief.observeRobot(robotName, Transform.identity, tool);
    belief.observeJoints(robotName, 0.078, -6, 11);
    return belief;
  }
  const before = (gapM: number): Vector3 => [1.5 - 0.1 - gapM, -0.3, 1.2];
  const level = quaternionFromRpy(0, 0, 0.4);
  const offer = (belief: Belief) => verify(belief, 'offer', { object: 'mug-1', to: 'person' }, 10);

  test('upright and still before a face', () => {
    const found = offer(holding(new Transform(before(0.25), level)));
    expect(found.verdict).toBe('confirmed');
    expect(found.evidence).toMatch(/^held upright and still 0\.2\d m before a face$/);
  });

  test.each([
    ['far away', new Transform([0.2, -0.3, 1.2], level), 'refuted'],
    ['at the knees', new Transform([1.2, -0.3, 0.9], level), 'refuted'],
    ['tilted', new Transform(before(0.25), quaternionFromRpy(0.6, 0, 0)), 'refuted'],
  ] as const)('%s is %s', (_, tool, verdict) => {
    expect(offer(holding(tool)).verdict).toBe(verdict);
  });

  test('while the hand moves, or with no face seen, nothing is said', () => {
    const tool = new Transform(before(0.25), level);
    expect(offer(holding(tool, [face], 10.9)).verdict).toBe('unknown');
    expect(offer(holding(tool, []))).toMatchObject({ verdict: 'unknown', evidence: 'no face was seen' });
  });

  test('an empty hand offers nothing', () => {
    const belief = holding(new Transform(before(0.25), level));
    belief.confirmReleased(robotName);
    expect(offer(belief).verdict).toBe('refuted');
  });
});
