import { Transform, type Vector3, wrapAngle } from '@efferent/core';
import {
  extentAlong,
  type HandPosture,
  type SupportArea,
  sideGraspRotation,
  slantGraspRotation,
  topGraspRotation,
} from './geometry.ts';

/** One way to take hold of a thing. */
export interface GraspCandidate {
  readonly kind: HandPosture;
  /** Tool pose when the gripper closes. */
  readonly mapFromGrasp: Transform;
  /** Tool pose from which the policy starts. */
  readonly mapFromPregrasp: Transform;
  /** What the pads close on, m. */
  readonly widthM: number;
  /** Tool poses that a base pose must allow: pre-grasp, grasp, and a little beyond for what driving and seeing are off. */
  readonly mapFromTools: readonly Transform[];
}

/** What the gripper and its surroundings allow. */
export interface GraspLimits {
  /** Widest thing between the pads, m. */
  readonly maxWidthM: number;
  /** Free height that a hand from above needs over the support, m. */
  readonly topClearanceM: number;
}

/** Tool's distance from the grasp at the start of the policy, m. */
export const pregraspDistanceM = 0.11;
/** The policy drives the base this far to get over a thing that it grasps from above, m. */
export const policySidewaysM = 0.09;
/** Reach to spare behind the grasp, m. */
const reachMarginM = 0.035;
/** Lower than this, the wrist would touch the support in a level grasp, m. */
const minSideHeightM = 0.045;
/** The wrist turns a level hand this far away from straight in, rad. */
const maxSideTurnRad = 1.7;
/** The tool stays this far above the support, m: half a fingertip and a margin. */
const fingerClearanceM = 0.021;
const topFingerClearanceM = 0.024;
const slantFingerClearanceM = 0.026;

/**
 * Lists ways to grasp an upright box, the preferred first.
 *
 * @param mapFromThing - centre and axes of the box
 * @param inwardRad - heading into the furniture that it stands on; side grasps come along it or at an angle to it
 */
export function graspCandidates(
  mapFromThing: Transform,
  sizeM: Vector3,
  support: SupportArea | undefined,
  inwardRad: number,
  limits: GraspLimits,
): readonly GraspCandidate[] {
  return withReachBeyond(listGrasps(mapFromThing, sizeM, support, inwardRad, limits), inwardRad);
}

/**
 * Lists ways to grasp a thing with a hand that points down at a slant: it reaches farther than one from above, and lower
 * things than a level one. For planned motion; policies know the others.
 */
export function slantCandidates(
  mapFromThing: Transform,
  sizeM: Vector3,
  support: SupportArea | undefined,
  inwardRad: number,
  limits: GraspLimits,
): readonly GraspCandidate[] {
  if (support?.topOnly === true || (support?.clearanceM ?? 1) < limits.topClearanceM) return [];
  const [x, y, z] = mapFromThing.translation;
  const graspZ = Math.max(z, bottomOf(mapFromThing, sizeM, support) + slantFingerClearanceM);
  const grasps = sidewaysHeadings(mapFromThing, sizeM, inwardRad, limits).map(({ heading, widthM }) => {
    const mapFromGrasp = new Transform([x, y, graspZ], slantGraspRotation(heading));
    return {
      kind: 'slant' as const,
      widthM,
      mapFromGrasp,
      mapFromPregrasp: new Transform(mapFromGrasp.apply([-pregraspDistanceM, 0, 0]), mapFromGrasp.rotation),
    };
  });
  return withReachBeyond(grasps, inwardRad);
}

function withReachBeyond(grasps: readonly Grasp[], inwardRad: number): readonly GraspCandidate[] {
  return grasps.map((grasp) => {
    const [x, y, z] = grasp.mapFromGrasp.translation;
    const beyond = new Transform(
      [x + reachMarginM * Math.cos(inwardRad), y + reachMarginM * Math.sin(inwardRad), z + 0.02],
      grasp.mapFromGrasp.rotation,
    );
    return { ...grasp, mapFromTools: [grasp.mapFromPregrasp, grasp.mapFromGrasp, beyond] };
  });
}

type Grasp = Omit<GraspCandidate, 'mapFromTools'>;

function listGrasps(
  mapFromThing: Transform,
  sizeM: Vector3,
  support: SupportArea | undefined,
  inwardRad: number,
  limits: GraspLimits,
): readonly Grasp[] {
  const height = sizeM[2];
  const bottomM = bottomOf(mapFromThing, sizeM, support);
  const openAbove = (support?.clearanceM ?? 1) >= limits.topClearanceM;
  const side =
    support?.topOnly === true || height < minSideHeightM
      ? []
      : sideGrasps(mapFromThing, sizeM, bottomM, inwardRad, limits);
  const top = openAbove ? topGrasps(mapFromThing, sizeM, bottomM, inwardRad, limits) : [];
  const tall = height > 0.1;
  const elongated = Math.max(sizeM[0], sizeM[1]) > limits.maxWidthM;
  return tall || !elongated ? [...side, ...top] : [...top, ...side];
}

/** Height of a thing's lowest point, m: no lower than what it stands on, which the map knows better than a picture. */
const bottomOf = (mapFromThing: Transform, sizeM: Vector3, support: SupportArea | undefined): number =>
  Math.max(
    mapFromThing.translation[2] - sizeM[2] / 2,
    support?.mapFromArea.translation[2] ?? Number.NEGATIVE_INFINITY,
  );

function sideGrasps(
  mapFromThing: Transform,
  sizeM: Vector3,
  bottomM: number,
  inwardRad: number,
  limits: GraspLimits,
): Grasp[] {
  return sidewaysHeadings(mapFromThing, sizeM, inwardRad, limits).map(({ heading, widthM }) => {
    const [x, y, z] = mapFromThing.translation;
    const graspZ = Math.max(z, bottomM + fingerClearanceM);
    const rotation = sideGraspRotation(heading);
    const back = pregraspDistanceM + extentAlong(mapFromThing, sizeM, heading) / 4;
    return {
      kind: 'side' as const,
      widthM,
      mapFromGrasp: new Transform([x, y, graspZ], rotation),
      mapFromPregrasp: new Transform(
        [x - back * Math.cos(heading), y - back * Math.sin(heading), graspZ + 0.015],
        rotation,
      ),
    };
  });
}

/** Headings of a hand that closes sideways on a thing, from straight in, and what it closes on. */
function sidewaysHeadings(
  mapFromThing: Transform,
  sizeM: Vector3,
  inwardRad: number,
  limits: GraspLimits,
): readonly { readonly heading: number; readonly widthM: number }[] {
  const own = mapFromThing.yaw;
  const aligned = [own, own + Math.PI / 2, own + Math.PI, own - Math.PI / 2]
    .map((heading) => wrapAngle(heading - inwardRad))
    .filter((turn) => Math.abs(turn) < maxSideTurnRad)
    .sort((a, b) => Math.abs(a) - Math.abs(b));
  const isLong = Math.max(sizeM[0], sizeM[1]) > limits.maxWidthM;
  return (isLong ? aligned : [0, 0.35, -0.35, 0.7, -0.7])
    .map((turn) => inwardRad + turn)
    .map((heading) => ({ heading, widthM: extentAlong(mapFromThing, sizeM, heading + Math.PI / 2) }))
    .filter(({ widthM }) => widthM <= limits.maxWidthM);
}

function topGrasps(
  mapFromThing: Transform,
  sizeM: Vector3,
  bottomM: number,
  inwardRad: number,
  limits: GraspLimits,
): Grasp[] {
  const [x, y, z] = mapFromThing.translation;
  const graspZ = Math.max(z, bottomM + topFingerClearanceM);
  const above = z + sizeM[2] / 2 + 0.045;
  // Along the furniture's edge first: round things have no preferred direction, long ones only their own.
  const along = inwardRad + Math.PI / 2;
  const own = mapFromThing.yaw;
  return [along, own, own + Math.PI / 2]
    .map((closing) => ({ closing, widthM: extentAlong(mapFromThing, sizeM, closing) }))
    .filter(({ widthM }) => widthM <= limits.maxWidthM)
    .sort((a, b) => (a.widthM > b.widthM + 0.02 ? 1 : b.widthM > a.widthM + 0.02 ? -1 : 0))
    .map(({ closing, widthM }) => {
      const rotation = topGraspRotation(closing);
      return {
        kind: 'top' as const,
        widthM,
        mapFromGrasp: new Transform([x, y, graspZ], rotation),
        mapFromPregrasp: new Transform([x, y, Math.max(above, graspZ + 0.07)], rotation),
      };
    });
}
