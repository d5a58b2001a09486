import { Transform, wrapAngle } from '@efferent/core';
import type { CollisionChecker } from './collision-checker.ts';
import type { PlanarPose } from './planar-pose.ts';
import type { ReachKinematics } from './reach-kinematics.ts';

const headings = 32;
const extensionsM = [0.02, 0.08, 0.14, 0.2, 0.26, 0.32, 0.38, 0.44, 0.5] as const;
/** Wrist turns to try when the tool points straight down, rad. */
const verticalYawsRad = [-1.2, -0.6, 0, 0.6, 1.2] as const;

/** A place for the base from which the tool reaches its pose, and the arm's configuration there. */
export interface BasePose extends PlanarPose {
  readonly actuatorPositions: Float64Array;
  /** Lower is better; seconds of motion plus discomfort. */
  readonly cost: number;
}

export interface BasePoseSearch {
  /** Tool poses to be reached one after another without moving the base (pre-grasp, grasp); at least one. */
  readonly mapFromTools: readonly Transform[];
  /** Checks the arm at each tool pose; its scene says what may be touched. */
  readonly checker: CollisionChecker;
  /** Actuator positions now: for the actuators that are not of the arm, and to prefer near configurations. */
  readonly current: Float64Array;
  /** Where the base is now: nearer places cost less. */
  readonly near?: PlanarPose | undefined;
  /** Tells whether the base may stand there; the checker looks at the scene in any case. */
  readonly isFree?: (x: number, y: number, yaw: number) => boolean;
  /** At most this many results. */
  readonly count?: number;
}

/**
 * Samples base poses from which the tool reaches poses in the map: sixteen directions around, several reaches; limits, room
 * for the base and collisions checked.
 *
 * @returns base poses that pass, cheapest first; empty when there is none
 */
export function findBasePoses(kinematics: ReachKinematics, search: BasePoseSearch): BasePose[] {
  const [first, ...others] = search.mapFromTools;
  if (first === undefined) return [];
  const found = [...sample(kinematics, first, search)].sort((a, b) => a.cost - b.cost);
  const passing: BasePose[] = [];
  const { checker, count = 8 } = search;
  const q = kinematics.model.zeroJointPositions();
  for (const candidate of found) {
    if (passing.length >= count) break;
    if (search.isFree !== undefined && !search.isFree(candidate.x, candidate.y, candidate.yaw)) continue;
    checker.setPlanarBasePose(candidate.x, candidate.y, candidate.yaw);
    if (checker.isColliding(kinematics.model.jointPositionsFromActuators(candidate.actuatorPositions, q)))
      continue;
    if (others.every((mapFromTool) => reaches(kinematics, checker, candidate, mapFromTool, q)))
      passing.push(candidate);
  }
  return passing;
}

/** Base poses and configurations within the limits; not yet checked for room. */
function* sample(
  kinematics: ReachKinematics,
  mapFromTool: Transform,
  search: BasePoseSearch,
): Generator<BasePose> {
  const { model } = kinematics;
  const seed = search.current;
  const arm = model.manifest.arm;
  const extension = model.actuatorIndex(arm?.extension ?? '');
  const lift = model.actuatorIndex(arm?.lift ?? '');
  const yaw = model.actuatorIndex(arm?.yaw ?? '');
  const atRest = kinematics.baseFromTool(new Float64Array(model.actuators.length)).apply([1, 0, 0]);
  const origin = kinematics.baseFromTool(new Float64Array(model.actuators.length)).translation;
  const restHeading = Math.atan2(atRest[1] - origin[1], atRest[0] - origin[0]);
  const handHeadings = verticalYawsRad.map((turn) => restHeading + turn);
  for (let i = 0; i < headings; i++) {
    const baseYaw = (i * 2 * Math.PI) / headings;
    const turnedTool = Transform.fromPlanar(0, 0, -baseYaw).multiply(mapFromTool);
    for (const turns of kinematics.wristTurns(turnedTool, seed, handHeadings)) {
      turns[lift] = mapFromTool.translation[2] - kinematics.baseFromTool(turns).translation[2];
      for (const extensionM of extensionsM) {
        const positions = turns.slice();
        positions[extension] = extensionM;
        if (!kinematics.isWithinLimits(positions)) continue;
        const tool = kinematics.baseFromTool(positions).translation;
        const c = Math.cos(baseYaw);
        const s = Math.sin(baseYaw);
        const x = mapFromTool.translation[0] - (c * tool[0] - s * tool[1]);
        const y = mapFromTool.translation[1] - (s * tool[0] + c * tool[1]);
        const comfort = Math.abs(extensionM - 0.2) * 2 + Math.abs(positions[yaw] as number) * 0.4;
        const travel = search.near === undefined ? 0 : travelCost(search.near, x, y, baseYaw);
        yield { x, y, yaw: wrapAngle(baseYaw), actuatorPositions: positions, cost: comfort + travel };
      }
    }
  }
}

/** Seconds to drive there at an easy pace, turns included, roughly. */
function travelCost(near: PlanarPose, x: number, y: number, yaw: number): number {
  const distance = Math.hypot(x - near.x, y - near.y);
  return distance / 0.25 + Math.abs(wrapAngle(yaw - near.yaw)) / 0.6;
}

function reaches(
  kinematics: ReachKinematics,
  checker: CollisionChecker,
  candidate: BasePose,
  mapFromTool: Transform,
  q: Float64Array,
): boolean {
  const baseFromTool = Transform.fromPlanar(candidate.x, candidate.y, candidate.yaw)
    .inverse()
    .multiply(mapFromTool);
  const { translation } = baseFromTool;
  const approach = baseFromTool.apply([1, 0, 0]);
  const elevation = Math.asin(Math.max(-1, Math.min(1, approach[2] - translation[2])));
  const roll = candidate.actuatorPositions[
    kinematics.model.actuatorIndex(kinematics.model.manifest.arm?.roll ?? '')
  ] as number;
  return kinematics
    .solveAtPoint(translation, elevation, roll, candidate.actuatorPositions)
    .some((positions) => !checker.isColliding(kinematics.model.jointPositionsFromActuators(positions, q)));
}
