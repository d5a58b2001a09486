import { PointMapper, Transform, type Vector3 } from '@efferent/core';
import {
  articulationTransform,
  furnitureTransform,
  type MapArticulation,
  placedBoxes,
} from '@efferent/robot';
import type { PlanningBody } from './skill-body.ts';
import { grown, robotBoxes } from './work-scene.ts';

/** The handle moves this far between two positions that are tried, m. */
const coarseStepM = 0.015;
const onFrontM = 0.012;
/** Points this near the face refine the estimate, m. */
const refineM = 0.03;
/** The edges of a front are left out when the estimate is refined: other things show there, m. */
const edgeM = 0.02;
/** Points nearer to a hinge than this say little about its angle, m. */
const leastLeverM = 0.12;
/** Fewer surface points than this say nothing about an articulation. */
const minFrontPoints = 12;

/**
 * Estimates from the depth picture how far a drawer or door is open: the position at which most points that the fixed
 * furniture does not explain lie on its front, refined by the median distance of the points from that face. Includes
 * the error of the robot's own place, so that it is right for the hand; it may lie slightly outside of the range.
 *
 * @returns m or rad; undefined when its front is not in view
 */
export function estimateOpening(body: PlanningBody, articulation: MapArticulation): number | undefined {
  const { pointsM } = body.depthPoints();
  const [low, high] = articulation.range;
  const steps = Math.max(1, Math.ceil(((high - low) * handleTravelM(articulation)) / coarseStepM));
  const candidates = unexplainedPoints(body, articulation);
  let best: { position: number; count: number } | undefined;
  for (let step = 0; step <= steps; step++) {
    const position = low + ((high - low) * step) / steps;
    const inside = grown(mapFromFront(body, articulation, position), articulation.boxes[0]!.sizeM, onFrontM);
    let count = 0;
    for (const i of candidates) if (inside(pointsM[i]!, pointsM[i + 1]!, pointsM[i + 2]!)) count += 1;
    if (best === undefined || count > best.count) best = { position, count };
  }
  if (best === undefined || best.count < minFrontPoints) return undefined;
  const once = refine(body, articulation, best.position);
  return refine(body, articulation, once);
}

/** How far the handle moves with one unit of the joint, m. */
function handleTravelM({ joint, handle, originM }: MapArticulation): number {
  return joint === 'prismatic'
    ? 1
    : Math.hypot(handle.positionM[0] - originM[0], handle.positionM[1] - originM[1]);
}

function mapFromFront(body: PlanningBody, articulation: MapArticulation, position: number): Transform {
  return furnitureTransform(body.map, articulation.furnitureId)
    .multiply(articulationTransform(articulation, position))
    .multiply(new Transform(articulation.boxes[0]!.centerM, [0, 0, 0, 1]));
}

/** Indices of depth points that neither the fixed furniture nor the robot explains. */
function unexplainedPoints(body: PlanningBody, articulation: MapArticulation): readonly number[] {
  const { pointsM } = body.depthPoints();
  const fixed = [
    ...placedBoxes(body.map)
      .filter((box) => box.ownerId === articulation.furnitureId && box.part === 'furniture')
      .map((box) => grown(box.mapFromBox, box.sizeM, 0.015)),
    ...robotBoxes(body),
  ];
  const found: number[] = [];
  for (let i = 0; i + 2 < pointsM.length; i += 3) {
    if (!fixed.some((inside) => inside(pointsM[i]!, pointsM[i + 1]!, pointsM[i + 2]!))) found.push(i);
  }
  return found;
}

/** Corrects a position by the median distance of the points from the face that the camera sees. */
function refine(body: PlanningBody, articulation: MapArticulation, position: number): number {
  const { pointsM } = body.depthPoints();
  const front = articulation.boxes[0]!;
  const normal = articulation.handle.approach;
  const across = normal.findIndex((value) => Math.abs(value) > 0.9);
  if (across < 0) return position;
  const mapFromFace = mapFromFront(body, articulation, position);
  const side = Math.sign(mapFromFace.inverse().apply(body.mapFromBase().translation)[across]!) || 1;
  const faceM = (side * front.sizeM[across]!) / 2;
  const own = robotBoxes(body);
  const faceFromMap = new PointMapper(mapFromFace.inverse());
  const shifts: number[] = [];
  for (let i = 0; i + 2 < pointsM.length; i += 3) {
    const [x, y, z] = [pointsM[i]!, pointsM[i + 1]!, pointsM[i + 2]!];
    faceFromMap.apply(x, y, z);
    const offM = (across === 0 ? faceFromMap.x : across === 1 ? faceFromMap.y : faceFromMap.z) - faceM;
    if (Math.abs(offM) > refineM) continue;
    const local: Vector3 = [faceFromMap.x, faceFromMap.y, faceFromMap.z];
    if (local.some((value, axis) => axis !== across && Math.abs(value) > front.sizeM[axis]! / 2 - edgeM))
      continue;
    if (own.some((inside) => inside(x, y, z))) continue;
    const travel = faceTravel(articulation, front.centerM, local, across);
    if (Math.abs(travel) > leastLeverM) shifts.push(offM / travel);
  }
  if (shifts.length < minFrontPoints) return position;
  shifts.sort((a, b) => a - b);
  return position + shifts[Math.floor(shifts.length / 2)]!;
}

/** How far a point of the front moves along the face's normal with one unit of the joint, m. */
function faceTravel(
  { joint, axis, originM }: MapArticulation,
  centerM: Vector3,
  local: Vector3,
  across: number,
): number {
  if (joint === 'prismatic') return axis[across]!;
  const lever = local.map((value, i) => centerM[i]! + value - originM[i]!) as [number, number, number];
  const moved: Vector3 = [
    axis[1] * lever[2] - axis[2] * lever[1],
    axis[2] * lever[0] - axis[0] * lever[2],
    axis[0] * lever[1] - axis[1] * lever[0],
  ];
  return moved[across]!;
}
