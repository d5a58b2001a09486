import { skillContracts } from '@efferent/skills';
import { expect, test } from 'vitest';
import { atom } from '../belief/atom.ts';
import { everydayObjects, kitchenView, robotName, robotOffer } from '../testing/kitchen-view.ts';
import { composePlan } from './compose-plan.ts';
import { symbolicState } from './symbolic-state.ts';

const skills = Object.values(skillContracts);
const arm = '/arm';
const byTheArm = ['left-drawer', 'table-top'];

/** The kitchen with an arm that alone gets at the left drawer, and shares the table. */
function team() {
  const view = kitchenView(everydayObjects());
  const state = symbolicState(view, [robotOffer, { name: arm, skills: robotOffer.skills }], []);
  const [driving] = state.world.robots;
  const robots = [
    { ...driving!, reaches: (id: string) => id !== 'left-drawer' },
    { ...driving!, name: arm, isFixed: true, reaches: (id: string) => byTheArm.includes(id) },
  ];
  return { ...state, world: { ...state.world, robots } };
}

const goal = (object: string, container: string) => ({
  atom: atom('in', object, container),
  near: undefined,
  stage: 0,
  renew: false,
});

test('while one robot opens the drawer, the other fetches what goes in; the handover keeps its order', () => {
  const { subGoals } = composePlan(team(), [goal('blue-mug-1', 'left-drawer')], skills, []);
  const step = (robot: string, skill: string) =>
    subGoals.find((each) => each.robot === robot && each.skill === skill)!;
  const opens = step(arm, 'open');
  const fetches = step(robotName, 'pick');
  const leaves = step(robotName, 'place-on');
  const takes = step(arm, 'pick');
  expect(subGoals).toHaveLength(5);
  expect(opens.dependsOn).toEqual([]);
  expect(fetches.dependsOn).toEqual([]);
  expect(leaves.dependsOn).toEqual([fetches.id]);
  expect([...takes.dependsOn].sort()).toEqual([opens.id, leaves.id].sort());
  expect(step(arm, 'place-in').dependsOn).toEqual(expect.arrayContaining([opens.id, takes.id]));
});

test('one robot does the steps of a chain in their order', () => {
  const state = symbolicState(kitchenView(everydayObjects()), [robotOffer], []);
  const { subGoals } = composePlan(state, [goal('blue-mug-1', 'left-drawer')], skills, []);
  const [first, ...others] = subGoals;
  expect(first?.dependsOn).toEqual([]);
  for (const [index, each] of others.entries()) expect(each.dependsOn).toContain(subGoals[index]!.id);
});
