import { fileURLToPath } from 'node:url';
import { Transform, type Vector3 } from '@efferent/core';
import { expect, it } from 'vitest';
import { judgeTask } from './judge.ts';
import { loadScene } from './scene-file.ts';
import type { EntityState } from './sim-world.ts';
import { buildEpisodeSetup, loadTaskCard } from './task-card.ts';

const scene = loadScene([fileURLToPath(new URL('../../..', import.meta.url))], 'care-room');
const card = loadTaskCard(scene, 'emg-cup-to-mouth');
const { goal } = buildEpisodeSetup(scene, card, 1);
/** The face is at x = 1.4 m and looks towards -x; the mouth is 1.205 m high. */
const verdict = (at: Vector3, changes: Partial<EntityState> = {}, tiltRad = 0) => {
  const mug: EntityState = {
    id: 'mug',
    type: 'object',
    kind: 'mug',
    pose: Transform.fromXyzRpy(at, [0, tiltRad, 0]),
    linearMps: [0, 0, 0],
    angularRadS: [0, 0, 0],
    isHeld: true,
    ...changes,
  };
  return judgeTask(scene, { goal }, [mug]).success;
};

it('counts a mug as brought to the mouth when it is held still and upright in the band before the face', () => {
  expect(verdict([1.16, -0.3, 1.1])).toBe(true);
  expect(verdict([1.16, -0.3, 1.1], { isHeld: false })).toBe(false);
  expect(verdict([1.16, -0.3, 1.1], { linearMps: [0.05, 0, 0] })).toBe(false);
  expect(verdict([1.16, -0.3, 1.1], {}, 0.3)).toBe(false);
});

it('refuses a mug that is too near, too far, beside the face, or below the chin', () => {
  expect(verdict([1.28, -0.3, 1.1])).toBe(false);
  expect(verdict([1.0, -0.3, 1.1])).toBe(false);
  expect(verdict([1.16, -0.1, 1.1])).toBe(false);
  expect(verdict([1.16, -0.3, 0.9])).toBe(false);
  expect(verdict([1.16, -0.3, 1.25])).toBe(false);
});
