import { join } from 'node:path';
import { Rng } from '@efferent/core';
import { skillContracts } from '@efferent/skills';
import { beforeAll, describe, expect, test } from 'vitest';
import { kitchenView, objectView, robotName } from '../testing/kitchen-view.ts';
import { describeHorizons, horizonFeatures } from './horizon-features.ts';
import { HorizonNetwork } from './horizon-network.ts';
import { newSubGoal, PlanGraph, type SubGoal } from './plan-graph.ts';
import { selectSubGoal } from './selector.ts';
import { SkillStatistics } from './skill-statistics.ts';

let network: HorizonNetwork;
beforeAll(async () => {
  network = await HorizonNetwork.load();
});

const skills = Object.values(skillContracts);
const statistics = new SkillStatistics();

/** Things on the table to be put on the counter; the robot stands in the origin of the map. */
function choiceAmong(positions: readonly (readonly [number, number])[]) {
  const objects = positions.map(([x, y], index) =>
    objectView(`apple-${index}`, 'on', 'table-top', { positionM: [x, y, 0.7] }),
  );
  const view = kitchenView(objects);
  const errands = objects.flatMap(({ id }) => {
    const shared = { description: '', robot: robotName };
    const pick = { id: `pick-${id}`, skill: 'pick', arguments: { object: id }, dependsOn: [] };
    const target = { object: id, surface: 'counter-top' };
    const place = { id: `place-${id}`, skill: 'place-on', arguments: target, dependsOn: [pick.id] };
    return [newSubGoal({ ...shared, ...pick }), newSubGoal({ ...shared, ...place })];
  });
  const rest = { revision: 0, change: '', goals: [], references: [], complete: true, planningS: 0 };
  const plan = new PlanGraph({ ...rest, subGoals: errands });
  return { view, plan: plan.subGoals, ready: plan.ready() };
}

async function chosen({ view, plan, ready }: ReturnType<typeof choiceAmong>): Promise<SubGoal> {
  const described = [...describeHorizons(ready, { view, statistics, plan })];
  const horizons = await network.predict(described.map(([, features]) => features));
  const horizonsM = new Map(described.map(([subGoal], index) => [subGoal, horizons[index]!]));
  const context = { view, skills, statistics, selector: 'learned', random: new Rng(1), horizonsM } as const;
  return selectSubGoal(ready, context)!;
}

describe('the network of horizons', () => {
  test('sees how far an errand goes on after its first step', () => {
    const { view, plan, ready } = choiceAmong([[1, 0]]);
    const [features] = [...describeHorizons(ready, { view, statistics, plan }).values()];
    expect(features).toHaveLength(horizonFeatures.length);
    expect(features![horizonFeatures.indexOf('way-on')]).toBeGreaterThan(0);
  });

  test('takes the nearer of two equal errands first, in whatever order they are planned', async () => {
    const random = new Rng(7);
    let nearest = 0;
    const draws = 40;
    for (let draw = 0; draw < draws; draw++) {
      const near = [0.9 + 0.4 * random.uniform(), 0.2 * random.uniform()] as const;
      const far = [near[0] + 2, near[1]] as const;
      const choice = choiceAmong(draw % 2 === 0 ? [near, far] : [far, near]);
      if ((await chosen(choice)).id === `pick-apple-${draw % 2}`) nearest += 1;
    }
    expect(nearest).toBeGreaterThanOrEqual(0.9 * draws);
  });

  test('answers equal questions equally, whoever else asks', async () => {
    const { view, plan, ready } = choiceAmong([
      [1, 0.2],
      [2.4, 1],
      [0.4, 2],
    ]);
    const descriptions = [...describeHorizons(ready, { view, statistics, plan }).values()];
    const [first, second] = await Promise.all([
      network.predict(descriptions),
      network.predict(descriptions.toReversed()),
    ]);
    expect(second.toReversed()).toEqual(first);
    expect(await network.predict(descriptions)).toEqual(first);
  });

  test('is refused when it was trained on something else', async () => {
    const other = join(import.meta.dirname, '../../../../policies/stretch-pick/policy.onnx');
    await expect(HorizonNetwork.load(other)).rejects.toMatchObject({ code: 'model-mismatch' });
  });
});
