import { type QuaternionXyzw, rotateVector, Transform, type Vector3 } from '@efferent/core';
import {
  articulationTransform,
  furnitureTransform,
  type MapContainer,
  type MapSurface,
  type PriorMap,
  type RobotModel,
} from '@efferent/robot';

/** A rectangle on a surface, or the floor of a container, in `map`. */
export interface SupportArea {
  readonly id: string;
  readonly furnitureId: string;
  /** Origin at the rectangle's centre on its top, axes those of the furniture. */
  readonly mapFromArea: Transform;
  readonly sizeM: readonly [number, number];
  /** Free height above, m. */
  readonly clearanceM: number;
  /** True when a hand must come from above. */
  readonly topOnly: boolean;
  /** Ids of the map's boxes that it is made of: what a gripping hand may brush with its fingers. */
  readonly boxIds: readonly string[];
}

/** Free height that counts as open above, m. */
export const openAboveM = 0.6;

export function surfaceArea(map: PriorMap, surface: MapSurface): SupportArea {
  return {
    id: surface.id,
    furnitureId: surface.furnitureId,
    mapFromArea: furnitureTransform(map, surface.furnitureId).multiply(
      new Transform([surface.centerM[0], surface.centerM[1], surface.heightM], [0, 0, 0, 1]),
    ),
    sizeM: surface.sizeM,
    clearanceM: surface.clearanceM ?? openAboveM,
    topOnly: false,
    boxIds: [surface.furnitureId],
  };
}

/** @param opening - joint position of the articulation that carries the container, m or rad */
export function containerArea(map: PriorMap, container: MapContainer, opening: number): SupportArea {
  const { centerM, sizeM } = container.interior;
  const mover = map.articulations.find((entry) => entry.id === container.movesWithArticulationId);
  const moved = mover === undefined ? Transform.identity : articulationTransform(mover, opening);
  return {
    id: container.id,
    furnitureId: container.furnitureId,
    mapFromArea: furnitureTransform(map, container.furnitureId)
      .multiply(moved)
      .multiply(new Transform([centerM[0], centerM[1], centerM[2] - sizeM[2] / 2], [0, 0, 0, 1])),
    sizeM: [sizeM[0], sizeM[1]],
    clearanceM: container.access === 'top' ? openAboveM : sizeM[2],
    topOnly: container.access === 'top',
    boxIds: [container.furnitureId, ...(mover === undefined ? [] : [mover.id])],
  };
}

/** What a thing at `pointM` (centre of its lowest face, map) stands on or in, by the prior map; undefined when nothing fits. */
export function supportAt(
  map: PriorMap,
  pointM: Vector3,
  openings: ReadonlyMap<string, number>,
  toleranceM = 0.06,
): SupportArea | undefined {
  const areas = [
    ...map.containers
      .filter((container) => container.access === 'top')
      .map((container) =>
        containerArea(map, container, openings.get(container.movesWithArticulationId ?? '') ?? 0),
      ),
    ...map.surfaces.map((surface) => surfaceArea(map, surface)),
  ];
  let best: SupportArea | undefined;
  let bestGap = toleranceM;
  for (const area of areas) {
    const local = area.mapFromArea.inverse().apply(pointM);
    const outside = Math.max(Math.abs(local[0]) - area.sizeM[0] / 2, Math.abs(local[1]) - area.sizeM[1] / 2);
    const gap = Math.max(Math.abs(local[2]), outside);
    if (gap > bestGap) continue;
    best = area;
    bestGap = gap;
  }
  return best;
}

/** Where a robot may stand at a piece of furniture: a point of an access edge, and the direction into the furniture. */
export interface Standpoint {
  /** On the edge, map, m. */
  readonly edgeM: readonly [number, number];
  /** Unit vector from the edge to the robot, map. */
  readonly outward: readonly [number, number];
}

/** Nearest point of each access edge of a furniture to a point of the map, nearest edge first. */
export function standpoints(
  map: PriorMap,
  furnitureId: string,
  towardsM: readonly [number, number],
): readonly Standpoint[] {
  const furniture = map.furniture.find((entry) => entry.id === furnitureId);
  const mapFromFurniture = furnitureTransform(map, furnitureId);
  return (furniture?.access ?? [])
    .map(({ fromM, toM, normal }) => {
      const from = mapFromFurniture.apply([fromM[0], fromM[1], 0]);
      const to = mapFromFurniture.apply([toM[0], toM[1], 0]);
      const outward = rotateVector(mapFromFurniture.rotation, [normal[0], normal[1], 0]);
      const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
      const along = ((towardsM[0] - from[0]) * dx + (towardsM[1] - from[1]) * dy) / (dx * dx + dy * dy);
      const t = Math.min(1, Math.max(0, along));
      const edgeM: readonly [number, number] = [from[0] + t * dx, from[1] + t * dy];
      return {
        edgeM,
        outward: [outward[0], outward[1]] as const,
        distance: Math.hypot(edgeM[0] - towardsM[0], edgeM[1] - towardsM[1]),
      };
    })
    .sort((a, b) => a.distance - b.distance);
}

/** Base pose with the robot's working side towards a standpoint's furniture. */
export function besidePose(model: RobotModel, standpoint: Standpoint, distanceM: number): Transform {
  const [nx, ny] = standpoint.outward;
  const yaw = Math.atan2(-nx, ny) + turnFromRight[workingSide(model)];
  return Transform.fromPlanar(
    standpoint.edgeM[0] + nx * distanceM,
    standpoint.edgeM[1] + ny * distanceM,
    yaw,
  );
}

/** How much further a robot turns than one that works to its right, rad. */
const turnFromRight = { right: 0, left: Math.PI, front: -Math.PI / 2 } as const;

/** The side of the base that an arm that extends sideways works at; the front for every other arm. */
function workingSide(model: RobotModel): keyof typeof turnFromRight {
  const { arm, frames } = model.manifest;
  if (arm === undefined) return 'front';
  const extension = model.actuatorIndex(arm.extension);
  const toolY = (positionM: number) => {
    const positions = model.namedPose('stow');
    positions[extension] = positionM;
    const q = model.jointPositionsFromActuators(positions, model.zeroJointPositions());
    return model.baseFromLink(q, frames.tool).translation[1];
  };
  const { lower, upper } = model.actuators[extension]!;
  return toolY(upper) < toolY(lower) ? 'right' : 'left';
}

/** Tool orientation that points level along `headingRad` and closes sideways (x approach, y closing). */
export function sideGraspRotation(headingRad: number): QuaternionXyzw {
  return [0, 0, Math.sin(headingRad / 2), Math.cos(headingRad / 2)];
}

/** How a hand holds: level, at a slant, or from above. */
export type HandPosture = 'side' | 'slant' | 'top';

/** A slanting hand points so far down, rad. */
const slantRad = 0.65;

/** Tool orientation that points down at a slant along `headingRad` and closes sideways. */
export function slantGraspRotation(headingRad: number): QuaternionXyzw {
  // Rz(heading) * Ry(slant).
  const [s, c] = [Math.sin(headingRad / 2), Math.cos(headingRad / 2)];
  const [ss, sc] = [Math.sin(slantRad / 2), Math.cos(slantRad / 2)];
  return [-s * ss, c * ss, s * sc, c * sc];
}

/** Posture of a hand that points with this sine of elevation. */
export const postureOf = (sine: number): HandPosture =>
  sine < -0.9 ? 'top' : sine < -0.4 ? 'slant' : 'side';

/** Tool orientation that points down and closes along `closingRad` (x approach, y closing). */
export function topGraspRotation(closingRad: number): QuaternionXyzw {
  // Rz(closing - 90 deg) * Ry(90 deg): x points down, y along the closing direction.
  const half = (closingRad - Math.PI / 2) / 2;
  const [s, c, h] = [Math.sin(half), Math.cos(half), Math.SQRT1_2];
  return [-s * h, c * h, s * h, c * h];
}

/** Things whose sides differ less than this share are taken as round: their box's heading means nothing. */
const roundShare = 0.2;

/** Extent of an upright thing along a level direction, m: of its box, or its diameter when it is about round. */
export function extentAlong(mapFromThing: Transform, sizeM: Vector3, headingRad: number): number {
  const widest = Math.max(sizeM[0], sizeM[1]);
  if (Math.abs(sizeM[0] - sizeM[1]) < roundShare * widest) return widest;
  const relative = headingRad - mapFromThing.yaw;
  return Math.abs(sizeM[0] * Math.cos(relative)) + Math.abs(sizeM[1] * Math.sin(relative));
}
