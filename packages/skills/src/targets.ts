import { Transform, type Vector3 } from '@efferent/core';
import { articulationTransform, furnitureTransform, type PriorMap } from '@efferent/robot';
import {
  besidePose,
  type Standpoint,
  type SupportArea,
  standpoints,
  supportAt,
  surfaceArea,
} from './geometry.ts';
import type { SkillArgumentValue } from './skill-arguments.ts';
import type { SkillBody } from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';

/** Distance between the base's origin and an edge at which the robot stands to look or to wait, m. */
export const standDistanceM = 0.48;

/** Edges of a piece of furniture whose distances differ by less are as good, m. */
const alikeM = 0.15;

/** A named place or thing: where to stand for it and which box of the room it fills. */
export interface ResolvedTarget {
  readonly label: string;
  /** Base pose in `map` to stand at; undefined when the robot only has to come near. */
  readonly mapFromBase: Transform | undefined;
  readonly centerM: Vector3;
  /** Extent along the map's axes, m. */
  readonly extentM: Vector3;
  /** Areas to look over. */
  readonly areas: readonly SupportArea[];
}

/**
 * Finds what an argument of type place, fixture, surface or object names: by id or a name in the prior map, else by
 * the pose that came with it.
 *
 * @param hereM - where the robot is: of two sides that are as good it takes the nearer one
 * @param openings - positions of drawers and doors, m or rad: that is where they are looked at
 * @throws {@link SkillFailure} code `invalid-argument` when it is neither in the map nor has a pose
 */
export function resolveTarget(
  robot: Pick<SkillBody, 'map' | 'model'>,
  value: SkillArgumentValue,
  hereM?: Vector3,
  openings: ReadonlyMap<string, number> = new Map(),
): ResolvedTarget {
  const { map } = robot;
  const id = value.value;
  const place = map.places.find((entry) => entry.id === id);
  if (place !== undefined && value.mapFromThing === undefined) {
    const areas = map.surfaces
      .filter((surface) => surface.furnitureId === place.furnitureId)
      .map((surface) => surfaceArea(map, surface));
    const base = Transform.fromPlanar(...place.poseXyYaw);
    const around =
      place.furnitureId === undefined ? base.apply([0.8, 0, 0.7]) : furnitureCenter(map, place.furnitureId);
    return { label: id, mapFromBase: base, centerM: around, extentM: [0.6, 0.6, 0.4], areas };
  }
  const surface = map.surfaces.find((entry) => entry.id === id);
  if (surface !== undefined) {
    const area = surfaceArea(map, surface);
    const center = area.mapFromArea.translation;
    return {
      label: id,
      mapFromBase: standBeside(robot, surface.furnitureId, center, hereM),
      centerM: center,
      extentM: [...surface.sizeM, 0.3],
      areas: [area],
    };
  }
  const articulation = map.articulations.find((entry) => entry.id === id);
  if (articulation !== undefined) {
    const mapFromFurniture = furnitureTransform(map, articulation.furnitureId);
    const handle = mapFromFurniture.apply(articulation.handle.positionM);
    const moved = articulationTransform(articulation, openings.get(id) ?? 0);
    const front = articulation.boxes[0]?.centerM ?? articulation.handle.positionM;
    return {
      label: id,
      mapFromBase: standBeside(robot, articulation.furnitureId, handle, hereM),
      centerM: mapFromFurniture.multiply(moved).apply(front),
      extentM: [0.5, 0.5, 0.3],
      areas: [],
    };
  }
  const container = map.containers.find((entry) => entry.id === id);
  const furniture = map.furniture.find((entry) => entry.id === (container?.furnitureId ?? id));
  if (furniture !== undefined) {
    const areas = map.surfaces
      .filter((entry) => entry.furnitureId === furniture.id)
      .map((entry) => surfaceArea(map, entry));
    const center =
      container === undefined
        ? furnitureCenter(map, furniture.id)
        : furnitureTransform(map, furniture.id).apply(container.interior.centerM);
    return {
      label: id,
      mapFromBase: standBeside(robot, furniture.id, center, hereM),
      centerM: center,
      extentM: container?.interior.sizeM ?? [0.6, 0.6, 0.4],
      areas,
    };
  }
  if (value.mapFromThing === undefined) {
    throw new SkillFailure(
      'invalid-argument',
      `"${id}" is nothing in the map of ${map.id}, and "${value.name}" came without a believed pose`,
    );
  }
  const center = value.mapFromThing.translation;
  const sizeM = value.sizeM ?? [0.1, 0.1, 0.1];
  const support = supportAt(map, [center[0], center[1], center[2] - sizeM[2] / 2], new Map(), 0.3);
  return {
    label: id,
    mapFromBase: support === undefined ? undefined : standBeside(robot, support.furnitureId, center, hereM),
    centerM: center,
    extentM: sizeM,
    areas: [],
  };
}

/** Base pose beside the furniture's nearest access edge, arm side towards it; of edges about as near, the one nearest to `hereM`. */
export function standBeside(
  robot: Pick<SkillBody, 'map' | 'model'>,
  furnitureId: string,
  towardsM: Vector3,
  hereM?: Vector3,
): Transform | undefined {
  const edges = standpoints(robot.map, furnitureId, [towardsM[0], towardsM[1]]);
  const away = (edge: Standpoint, pointM: Vector3) =>
    Math.hypot(edge.edgeM[0] - pointM[0], edge.edgeM[1] - pointM[1]);
  const alike = edges.filter((edge) => away(edge, towardsM) < away(edges[0]!, towardsM) + alikeM);
  if (hereM !== undefined) alike.sort((a, b) => away(a, hereM) - away(b, hereM));
  return alike[0] === undefined ? undefined : besidePose(robot.model, alike[0], standDistanceM);
}

function furnitureCenter(map: PriorMap, furnitureId: string): Vector3 {
  const furniture = map.furniture.find((entry) => entry.id === furnitureId);
  const tops = (furniture?.boxes ?? []).map((box) => box.centerM[2] + box.sizeM[2] / 2);
  return furnitureTransform(map, furnitureId).apply([0, 0, Math.min(1.1, Math.max(0.3, ...tops))]);
}
