import type { Transform, Vector3 } from '@efferent/core';
import type { MapArticulation } from '@efferent/robot';
import { freeStand } from './free-stand.ts';
import { containerArea, type SupportArea } from './geometry.ts';
import { sightOf } from './sight-line.ts';
import type { PlanningBody } from './skill-body.ts';

/** How to see what lies in an open drawer. */
export interface InsideView {
  /** Middle of its floor, in `map`. */
  readonly centerM: Vector3;
  /** Base pose to look from; undefined where the robot stands well already, and where no place is better. */
  readonly mapFromBase: Transform | undefined;
}

/** Opened by less than this, nothing is to be seen in it, m. */
const leastOpenM = 0.1;
/** Shares of the floor's length from its middle towards the front, which hides the floor behind it; the best first. */
const nearFront = [0.2, 0.1, 0];
/** Things lie this high above the floor, m. */
const aboveFloorM = 0.04;
/** How far the front may stand from where it was estimated, m. */
const frontErrorM = 0.01;

/**
 * Finds where to look into a drawer from, over its front: from a step away, only its rear end is to be seen.
 *
 * @param id - of a drawer or of the container in it
 * @param wished - where the robot would stand for it
 * @returns undefined for what is no drawer, or shut
 */
export function insideView(body: PlanningBody, id: string, wished: Transform): InsideView | undefined {
  const container = body.map.containers.find(
    (entry) => entry.movesWithArticulationId === id || (entry.id === id && entry.movesWithArticulationId),
  );
  const drawer = body.map.articulations.find((entry) => entry.id === container?.movesWithArticulationId);
  if (container === undefined || drawer?.joint !== 'prismatic' || container.access !== 'top')
    return undefined;
  const opening = body.openings.get(drawer.id) ?? 0;
  if (opening < leastOpenM) return undefined;
  const area = containerArea(body.map, container, opening);
  const centerM = area.mapFromArea.translation;
  const here = body.mapFromBase().translation;
  for (const share of nearFront) {
    const pointM = towardsFront(area, drawer, share);
    const sees = sightOf(body, pointM, frontErrorM);
    if (sees(here[0], here[1])) return { centerM, mapFromBase: undefined };
    const stand = freeStand(body, wished, pointM, { sightRoomM: frontErrorM });
    if (sees(stand.translation[0], stand.translation[1])) return { centerM, mapFromBase: stand };
  }
  return { centerM, mapFromBase: undefined };
}

function towardsFront(area: SupportArea, { handle }: MapArticulation, share: number): Vector3 {
  const [x, y] = handle.approach;
  return area.mapFromArea.apply([-x * share * area.sizeM[0], -y * share * area.sizeM[1], aboveFloorM]);
}
