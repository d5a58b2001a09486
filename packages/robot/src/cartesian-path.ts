import { PlannerError, type Transform } from '@efferent/core';
import type { CollisionChecker } from './collision-checker.ts';
import { solveInverseKinematics } from './inverse-kinematics.ts';
import type { JointPath } from './joint-path.ts';
import type { ReachKinematics } from './reach-kinematics.ts';

const stepM = 0.01;
const stepRad = 0.05;
/** A joint that moves more than this between two steps has changed to another solution. */
const maxJump = { m: 0.06, rad: 0.3 } as const;

export interface CartesianRequest {
  /** Order of `model.actuators`, m or rad. */
  readonly start: Float64Array;
  /** Tool poses to pass in straight lines, base frame. */
  readonly baseFromTools: readonly Transform[];
  /** Actuators that may move. */
  readonly actuators: readonly string[];
  /** Keep elevation and roll but let the heading turn: what an arm with a standing base can do. Default true. */
  readonly freeHeading?: boolean;
  /** Checks each step; without it collisions are not looked at. */
  readonly checker?: CollisionChecker;
  /** How far the tool may stray from the line, m; default 2 mm. */
  readonly toleranceM?: number;
}

/**
 * Plans straight lines of the tool with a standing base.
 *
 * @throws {@link PlannerError} codes `cartesian-unreachable` and `cartesian-in-collision`, with the share of the way that worked
 */
export function planCartesianPath(
  kinematics: Pick<ReachKinematics, 'model' | 'baseFromTool'>,
  request: CartesianRequest,
): JointPath {
  const { model } = kinematics;
  const path: Float64Array[] = [request.start.slice()];
  const q = model.zeroJointPositions();
  let from = kinematics.baseFromTool(request.start);
  for (const to of request.baseFromTools) {
    const distance = Math.hypot(...to.translation.map((value, i) => value - (from.translation[i] as number)));
    const dot = Math.abs(
      to.rotation.reduce((sum, value, i) => sum + value * (from.rotation[i] as number), 0),
    );
    const steps = Math.max(
      1,
      Math.ceil(distance / stepM),
      Math.ceil((2 * Math.acos(Math.min(1, dot))) / stepRad),
    );
    for (let i = 1; i <= steps; i++) {
      const seed = path.at(-1) as Float64Array;
      const done = `${Math.round((100 * (i - 1)) / steps)} % of the way`;
      const solution = solveInverseKinematics(model, {
        baseFromTool: from.interpolate(to, i / steps),
        seed,
        actuators: request.actuators,
        freeHeading: request.freeHeading ?? true,
        toleranceM: request.toleranceM ?? 0.002,
        toleranceRad: 0.02,
        maxIterations: 30,
        mayRestart: false,
      });
      const jump = model.actuators.find(
        ({ unit }, a) =>
          Math.abs((solution.actuatorPositions[a] as number) - (seed[a] as number)) > maxJump[unit],
      );
      if (!solution.converged || jump !== undefined) {
        const reason =
          jump === undefined
            ? `${(solution.positionErrorM * 1000).toFixed(0)} mm short`
            : `${jump.name} would jump`;
        throw new PlannerError({
          code: 'cartesian-unreachable',
          message: `straight line: ${reason} after ${done}`,
          fields: { done },
        });
      }
      const hit = request.checker?.findCollision(
        model.jointPositionsFromActuators(solution.actuatorPositions, q),
      );
      if (hit !== undefined) {
        throw new PlannerError({
          code: 'cartesian-in-collision',
          message: `straight line: ${hit.first} would touch ${hit.second} after ${done}`,
          fields: { done, ...hit },
        });
      }
      path.push(solution.actuatorPositions);
    }
    from = to;
  }
  return path;
}
