import type { Vector3 } from '@efferent/core';
import { type SkillContract, skillContracts } from '@efferent/skills';
import { Belief } from '../belief/belief.ts';
import type { BeliefView, ObjectView } from '../belief/belief-view.ts';
import { viewBelief } from '../belief/truth.ts';
import type { WorldMap } from '../belief/world-map.ts';
import type { RobotOffer } from '../model/language-model.ts';

/** The robot of the prompts, and a second, fixed one that only picks and places. */
export const mobileRobot = '/stretch';
const fixedRobot = '/arm';

/** Every skill of the library. */
export const checkSkills: readonly SkillContract[] = Object.values(skillContracts);

/** What the belief of a prompt holds beside the kitchen itself. */
export interface CheckBelief {
  readonly held?: string;
  /** Objects beside, or in place of, the usual ones. */
  readonly objects?: readonly ObjectView[];
  readonly robots?: 1 | 2;
}

/** The team of a prompt. */
export const teamOf = ({ robots = 1 }: CheckBelief): readonly RobotOffer[] => [
  { name: mobileRobot, skills: checkSkills.map((skill) => skill.name) },
  ...(robots === 1 ? [] : [{ name: fixedRobot, skills: ['pick', 'place-on', 'place-in'] }]),
];

export function thing(
  id: string,
  relation: ObjectView['relation'],
  support: string,
  positionM: Vector3,
  fields: Partial<ObjectView> = {},
): ObjectView {
  return {
    id,
    className: id.replace(/-\d+$/, ''),
    color: '',
    room: '',
    source: 'detection',
    confidence: 0.97,
    positionM,
    sizeM: [0.07, 0.07, 0.07],
    relation,
    support,
    ageS: 1,
    visible: true,
    missing: false,
    likelyPlaces: [],
    ...fields,
  };
}

const usualThings: readonly ObjectView[] = [
  thing('apple-1', 'on', 'table-top', [0.2, -0.6, 0.76]),
  thing('banana-1', 'on', 'table-top', [0.4, -0.6, 0.76]),
  thing('bowl-1', 'on', 'table-top', [0.8, -0.6, 0.76]),
  thing('red-mug-1', 'on', 'table-top', [0.1, -0.9, 0.77]),
  thing('blue-mug-1', 'on', 'counter-top', [-0.7, 1.7, 0.9]),
  thing('milk-1', 'in', 'fridge-upper-shelf', [1.7, 1.7, 1.05]),
];

/** The product's kitchen as a belief: everything shut, every surface seen, the usual things in it. */
export function checkView(map: WorldMap, { held = '', objects = [], ...team }: CheckBelief): BeliefView {
  const names = teamOf(team).map(({ name }) => ({ name }));
  const view = viewBelief(new Belief(map, names), 0);
  const replaced = new Set([...objects.map((object) => object.id), held]);
  const inHand = usualThings
    .filter(({ id }) => id === held)
    .map((object) => ({ ...object, relation: 'held-by' as const, support: mobileRobot }));
  return {
    ...view,
    objects: [...usualThings.filter(({ id }) => !replaced.has(id)), ...inHand, ...objects],
    fixtures: view.fixtures.map((fixture) => ({
      ...fixture,
      seenShare: 1,
      closelySeenShare: 1,
      state: fixture.opens ? 'closed' : fixture.state,
    })),
    robots: view.robots.map((robot) => ({ ...robot, held: robot.name === mobileRobot ? held : '' })),
  };
}
