import { join } from 'node:path';
import type { Vector3 } from '@efferent/core';
import { loadPriorMap } from '@efferent/robot';
import { skillContracts } from '@efferent/skills';
import { Belief } from '../belief/belief.ts';
import type { BeliefView, ObjectView } from '../belief/belief-view.ts';
import { viewBelief } from '../belief/truth.ts';
import { WorldMap } from '../belief/world-map.ts';
import type { RobotOffer } from '../model/language-model.ts';
import { thing } from '../model-check/check-scene.ts';

const map = new WorldMap(loadPriorMap([join(import.meta.dirname, '../../../..')], 'kitchen'));

/** The kitchen of this repository, read once. */
export const kitchenMap = (): WorldMap => map;

export const robotName = '/stretch';

/** The robot of the tests, with every skill of the library. */
export const robotOffer: RobotOffer = { name: robotName, skills: Object.keys(skillContracts) };

/** A thing of the kitchen that was seen a second ago. */
export const objectView = (
  id: string,
  relation: ObjectView['relation'],
  support: string,
  fields: Partial<ObjectView> = {},
): ObjectView => thing(id, relation, support, [0.5, -0.5, 0.76], { room: 'kitchen', ...fields });

/** A view of the kitchen with everything shut, all surfaces seen, and the given objects. */
export function kitchenView(
  objects: readonly ObjectView[],
  fields: {
    readonly held?: string;
    readonly open?: readonly string[];
    readonly seenShare?: number;
    readonly closelySeenShare?: number;
  } = {},
): BeliefView {
  const view = viewBelief(new Belief(kitchenMap(), [{ name: robotName }]), 0);
  return {
    ...view,
    objects,
    fixtures: view.fixtures.map((fixture) => ({
      ...fixture,
      seenShare: fields.seenShare ?? 1,
      closelySeenShare: fields.closelySeenShare ?? fields.seenShare ?? 1,
      state: fixture.opens ? (fields.open?.includes(fixture.id) ? 'open' : 'closed') : fixture.state,
    })),
    robots: view.robots.map((robot) => ({ ...robot, held: fields.held ?? '' })),
  };
}

/** What usually stands about. */
export const everydayObjects = (): readonly ObjectView[] => {
  const at = (x: number, y: number, z: number): Partial<ObjectView> => ({ positionM: [x, y, z] as Vector3 });
  return [
    objectView('apple-1', 'on', 'table-top', at(0.2, -0.6, 0.76)),
    objectView('banana-1', 'on', 'table-top', at(0.4, -0.6, 0.76)),
    objectView('bowl-1', 'on', 'table-top', at(0.8, -0.6, 0.76)),
    objectView('red-mug-1', 'on', 'table-top', at(0.1, -0.9, 0.77)),
    objectView('blue-mug-1', 'on', 'counter-top', at(-0.7, 1.7, 0.9)),
    objectView('milk-1', 'on', 'fridge-upper-shelf', at(1.7, 1.7, 1.05)),
  ];
};
