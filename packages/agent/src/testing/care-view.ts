import { join } from 'node:path';
import type { Vector3 } from '@efferent/core';
import { loadPriorMap } from '@efferent/robot';
import { Belief } from '../belief/belief.ts';
import type { BeliefView, ObjectView } from '../belief/belief-view.ts';
import { viewBelief } from '../belief/truth.ts';
import { WorldMap } from '../belief/world-map.ts';
import { objectView, robotName } from './kitchen-view.ts';

const map = new WorldMap(loadPriorMap([join(import.meta.dirname, '../../../..')], 'care-room'));

/** The care room of this repository, read once. */
export const careMap = (): WorldMap => map;

/** A view of the care room with all surfaces seen and the given objects. */
export function careView(
  objects: readonly ObjectView[],
  { held = '', seenShare = 1 }: { readonly held?: string; readonly seenShare?: number } = {},
): BeliefView {
  const view = viewBelief(new Belief(map, [{ name: robotName }]), 0);
  return {
    ...view,
    objects,
    fixtures: view.fixtures.map((fixture) => ({ ...fixture, seenShare, closelySeenShare: seenShare })),
    robots: view.robots.map((robot) => ({ ...robot, held })),
  };
}

/** What stands about there, with a spill on the table. */
export const careObjects = (): readonly ObjectView[] => {
  const at = (x: number, y: number, z: number): Partial<ObjectView> => ({ positionM: [x, y, z] as Vector3 });
  return [
    objectView('mug-1', 'on', 'sideboard-top', at(-0.6, -1.65, 0.87)),
    objectView('bottle-1', 'on', 'sideboard-top', at(-1.2, -1.65, 0.92)),
    objectView('sponge-1', 'on', 'table-top', at(-0.2, 1.45, 0.78)),
    objectView('spill-1', 'on', 'table-top', at(0.22, 1.38, 0.74)),
  ];
};
