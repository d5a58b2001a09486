import type { Vector3 } from '@efferent/core';
import { furnitureTransform } from '@efferent/robot';
import { estimateOpening } from './opening-estimate.ts';
import type { SkillBody } from './skill-body.ts';

/** Articulations farther than this from a point do not matter for work at it, m. */
const relevantM = 1.4;

/**
 * Positions of the drawers and doors near a point as the depth picture shows them, m or rad. What is not in view is
 * as remembered, else closed, unless the point lies behind it: then somebody has opened it.
 */
export function openingsAround(body: SkillBody, pointM: Vector3): ReadonlyMap<string, number> {
  const openings = new Map<string, number>();
  for (const articulation of body.map.articulations) {
    const mapFromFurniture = furnitureTransform(body.map, articulation.furnitureId);
    const handle = mapFromFurniture.apply(articulation.handle.positionM);
    if (Math.hypot(handle[0] - pointM[0], handle[1] - pointM[1]) > relevantM) continue;
    const seen = estimateOpening(body, articulation) ?? body.openings.get(articulation.id);
    if (seen !== undefined) openings.set(articulation.id, seen);
    else if (isBehind(body, articulation.id, pointM)) openings.set(articulation.id, articulation.range[1]);
  }
  return openings;
}

/** Tells whether a point lies in a container or on a surface that the articulation closes. */
function isBehind(body: SkillBody, articulationId: string, pointM: Vector3): boolean {
  return body.map.containers
    .filter((container) => container.behindArticulationId === articulationId)
    .some((container) => {
      const local = furnitureTransform(body.map, container.furnitureId).inverse().apply(pointM);
      return container.interior.centerM.every(
        (center, axis) =>
          Math.abs(local[axis]! - center) < container.interior.sizeM[axis]! / 2 + (axis === 1 ? 0.4 : 0.05),
      );
    });
}
