import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkWithSchema, Transform, type Vector3 } from '@efferent/core';
import { loadRobotModel } from '@efferent/robot';
import { describe, expect, it } from 'vitest';
import { judgeTask } from './judge.ts';
import { Perturber } from './perturber.ts';
import { listScenes, loadScene } from './scene-file.ts';
import { createSimWorld, type EntityState } from './sim-world.ts';
import {
  buildEpisodeSetup,
  type GoalCondition,
  listTaskCards,
  loadTaskCard,
  taskCardSchema,
} from './task-card.ts';

const workspace = [fileURLToPath(new URL('../../..', import.meta.url))];
const kitchen = loadScene(workspace, 'kitchen');

function object(id: string, position: Vector3, changes: Partial<EntityState> = {}): EntityState {
  const pose = new Transform(position, [0, 0, 0, 1]);
  return {
    id,
    type: 'object',
    kind: id,
    pose,
    linearMps: [0, 0, 0],
    angularRadS: [0, 0, 0],
    isHeld: false,
    ...changes,
  };
}

function part(id: string, jointPosition: number): EntityState {
  const pose = Transform.identity;
  return {
    id,
    type: 'articulation',
    kind: 'prismatic',
    pose,
    linearMps: [0, 0, 0],
    angularRadS: [0, 0, 0],
    isHeld: false,
    jointPosition,
  };
}

const verdict = (goal: GoalCondition, ...states: EntityState[]) =>
  judgeTask(kitchen, { goal: [goal] }, states);

describe('judgeTask', () => {
  const inBowl: GoalCondition = { kind: 'inside', objectId: 'apple', containerId: 'bowl' };
  const bowl = object('bowl', [0.4, -0.5, 0.72]);

  it('counts a thing as in the bowl only when it lies within it, at rest and let go', () => {
    expect(verdict(inBowl, bowl, object('apple', [0.42, -0.5, 0.73])).success).toBe(true);
    expect(verdict(inBowl, bowl, object('apple', [0.55, -0.5, 0.72])).success).toBe(false);
    expect(verdict(inBowl, bowl, object('apple', [0.42, -0.5, 0.73], { isHeld: true })).success).toBe(false);
    expect(
      verdict(inBowl, bowl, object('apple', [0.42, -0.5, 0.73], { linearMps: [0.2, 0, 0] })).success,
    ).toBe(false);
    expect(verdict(inBowl, bowl, object('apple', [0.42, -0.5, 1.0])).success).toBe(false);
  });

  it('does not count what lies in a bowl that is turned over', () => {
    const upsideDown = { ...bowl, pose: new Transform([0.4, -0.5, 0.8], [1, 0, 0, 0]) };
    expect(verdict(inBowl, upsideDown, object('apple', [0.4, -0.5, 0.73])).success).toBe(false);
  });

  it('tells the table from the counter and from the floor', () => {
    const onTable: GoalCondition = { kind: 'on', objectId: 'can', supportId: 'table' };
    expect(verdict(onTable, object('can', [0.6, -0.6, 0.72])).success).toBe(true);
    expect(verdict(onTable, object('can', [-0.7, 1.7, 0.85])).success).toBe(false);
    expect(verdict(onTable, object('can', [0.6, -0.6, 0])).success).toBe(false);
  });

  it('wants what is brought to stand before the person', () => {
    const brought: GoalCondition = { kind: 'at', objectId: 'can', placeId: 'person' };
    expect(verdict(brought, object('can', [0.98, -0.56, 0.72])).success).toBe(true);
    expect(verdict(brought, object('can', [0.1, -0.56, 0.72])).success).toBe(false);
  });

  it('follows a drawer with what lies in it', () => {
    const inDrawer: GoalCondition = { kind: 'inside', objectId: 'spoon', containerId: 'left-drawer' };
    const open = { ...part('left-drawer', 0.3), pose: Transform.fromPlanar(-0.7, 1.8 - 0.3, 0) };
    expect(verdict(inDrawer, open, object('spoon', [-1.2, 1.4, 0.585])).success).toBe(true);
    expect(verdict(inDrawer, open, object('spoon', [-1.2, 1.9, 0.585])).success).toBe(false);
  });

  it('gives the share of conditions that are met and a reason for each', () => {
    const goal: GoalCondition[] = [
      { kind: 'part', articulationId: 'left-drawer', state: 'open' },
      { kind: 'part', articulationId: 'right-drawer', state: 'closed' },
    ];
    const result = judgeTask(kitchen, { goal }, [part('left-drawer', 0.1), part('right-drawer', 0)]);
    expect(result).toMatchObject({ success: false, goalConditionShare: 0.5 });
    expect(result.conditions[0]?.reason).toMatch(/left-drawer is at 0.100, open from 0.2/);
  });

  it('does not clear a table by sweeping it', () => {
    const cleared: GoalCondition = { kind: 'on', objectId: 'apple', supportId: 'not:table-top' };
    expect(verdict(cleared, object('apple', [0.4, -0.5, 0.72])).success).toBe(false);
    expect(verdict(cleared, object('apple', [0.4, 0.5, 0])).success).toBe(false);
    expect(verdict(cleared, object('apple', [-0.7, 1.7, 0.85])).success).toBe(true);
    expect(verdict(cleared, object('apple', [0.55, 1.8, 0.67])).success).toBe(true);
  });
});

describe.each(listScenes(workspace))('scene %s', (id) => {
  const scene = loadScene(workspace, id);
  const robot = loadRobotModel(workspace, 'stretch');

  it.each(listTaskCards(scene))(
    'task %s: its goal is not met at the start, over 40 seeds, and equal seeds are equal',
    (task) => {
      const card = loadTaskCard(scene, task);
      for (let seed = 1; seed <= 40; seed++) {
        const episode = buildEpisodeSetup(scene, card, seed);
        expect(buildEpisodeSetup(scene, card, seed)).toEqual(episode);
        expect(episode.instruction).not.toMatch(/[{}]/);
        const states: EntityState[] = [...episode.setup.objectPoses].map(([objectId, pose]) => ({
          ...object(objectId, [0, 0, 0]),
          kind: scene.file.objects.find((o) => o.id === objectId)?.kind ?? '',
          pose,
        }));
        const parts = scene.map.articulations.map((a) =>
          part(a.id, episode.setup.articulationPositions.get(a.id) ?? 0),
        );
        expect(
          judgeTask(scene, episode, [...states, ...parts]).goalConditionShare,
          `seed ${seed}: ${episode.instruction}`,
        ).toBeLessThan(1);
      }
    },
  );

  it('starts with every object where its region says, at rest, and the robot touching nothing', () => {
    for (const seed of [1, 2, 3]) {
      const world = createSimWorld({ scene, robot, seed });
      for (const [objectId, pose] of world.setup.objectPoses) {
        const now = world.physics.object(objectId).pose();
        expect(
          Math.hypot(now.translation[0] - pose.translation[0], now.translation[1] - pose.translation[1]),
          objectId,
        ).toBeLessThan(0.01);
        expect(Math.abs(now.translation[2] - pose.translation[2]), objectId).toBeLessThan(0.004);
      }
      world.step({}, 0.5);
      expect(world.collisions.collisions).toEqual([]);
    }
  });
});

it('names the field of a task card that leads nowhere', () => {
  expect(() => loadTaskCard(kitchen, 'no-such-task')).toThrow(
    /has no task "no-such-task"; it has bring-to-person/,
  );
  const wrong = checkWithSchema(taskCardSchema, {
    id: 'x',
    suite: 'core',
    instructions: ['x'],
    setup: {},
    goal: [{ object: 'apple', under: 'table' }],
    time_limit_s: 1,
  });
  expect(wrong.problems).toEqual([
    {
      field: 'goal.0',
      reason: expect.stringMatching(/^expected \{ object, inside \} or .*, got \{ object, under \}$/),
    },
  ]);
});

describe('Perturber', () => {
  it('moves the target once, when the gripper comes near, by half a metre or more, about half of the time out of view', () => {
    const card = loadTaskCard(kitchen, 'put-in-bowl');
    let outOfView = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const episode = buildEpisodeSetup(kitchen, card, seed);
      const perturber = new Perturber(kitchen, episode, 'move-object');
      const states = [...episode.setup.objectPoses].map(([id, pose]) => ({ ...object(id, [0, 0, 0]), pose }));
      const targetId = episode.perturbations['move-object']?.targetId as string;
      const target = states.find((s) => s.id === targetId) as EntityState;
      const gripperAt = (distanceM: number): EntityState => {
        const [x, y, z] = target.pose.translation;
        return { ...object('stretch-gripper', [x, y, z + distanceM]), type: 'gripper' };
      };
      expect(perturber.update([...states, gripperAt(0.6)])).toBeUndefined();
      const action = perturber.update([...states, gripperAt(0.2)]);
      expect(action?.objectId).toBe(targetId);
      const [x, y] = action?.pose.translation ?? [Number.NaN, Number.NaN];
      expect(
        Math.hypot(x - target.pose.translation[0], y - target.pose.translation[1]),
      ).toBeGreaterThanOrEqual(0.49);
      expect(perturber.update([...states, gripperAt(0.2)])).toBeUndefined();
      if (action?.isOutOfView) outOfView++;
    }
    expect(outOfView).toBeGreaterThan(18);
    expect(outOfView).toBeLessThan(50);
  });
});

it('keeps a README beside every scene', () => {
  for (const id of listScenes(workspace)) {
    const folder = loadScene(workspace, id).folder;
    expect(readdirSync(folder)).toContain('README.md');
    expect(readFileSync(`${folder}/README.md`, 'utf8').length).toBeGreaterThan(200);
  }
});

it('keeps absent objects still: what is not in an episode costs nothing', () => {
  const episode = buildEpisodeSetup(kitchen, loadTaskCard(kitchen, 'open-or-close'), 5);
  const robot = loadRobotModel(workspace, 'stretch');
  const world = createSimWorld({ scene: kitchen, robot, seed: 5, setup: episode.setup });
  expect(world.physics.objects.filter((o) => !o.isAsleep).map((o) => o.id)).toEqual([]);
});
