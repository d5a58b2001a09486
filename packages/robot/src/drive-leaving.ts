import { wrapAngle } from '@efferent/core';
import type { DriveStretch } from './drive-planner.ts';
import type { DriveSpace } from './drive-space.ts';
import type { PlanarPose } from './planar-pose.ts';

/** Farthest that the robot goes to get clear, m and rad, and the steps in which the way is looked at. */
const farthest = { drive: 0.4, turn: 0.8 } as const;
const step = { drive: 0.02, turn: 0.04 } as const;
/** Room that a step may cost, m: what the grid of the laser's points makes of a motion that truly gains. */
const toleratedM = 0.002;
/** A radian of turning counts as so many metres of driving. */
const metresPerRad = 0.35;

/**
 * Finds the shortest straight drive or turn on the spot that leads a robot that stands too close to something away from it:
 * on the way it never gets closer, and at its end it stands free.
 *
 * @param space - with the arm's configuration, laser obstacles and margin set
 * @returns undefined when no single motion does
 */
export function planLeaving(space: DriveSpace, start: PlanarPose): DriveStretch | undefined {
  const ways = (['drive', 'turn'] as const).flatMap((kind) =>
    [-1, 1].flatMap((sign) => {
      const length = lengthToFree(space, start, kind, sign);
      return length === undefined ? [] : [{ kind, sign, length }];
    }),
  );
  const cost = ({ kind, length }: (typeof ways)[number]) => length * (kind === 'turn' ? metresPerRad : 1);
  const [best] = ways.sort((a, b) => cost(a) - cost(b));
  if (best === undefined) return undefined;
  const end = moved(start, best.kind, best.sign * best.length);
  return best.kind === 'turn'
    ? { kind: 'turn', ...end }
    : { kind: 'drive', ...end, distanceM: best.sign * best.length };
}

/** How far one motion must go until the robot stands free, m or rad; undefined when it gets closer before or never does. */
function lengthToFree(
  space: DriveSpace,
  start: PlanarPose,
  kind: DriveStretch['kind'],
  sign: number,
): number | undefined {
  let roomM = space.roomAt(start.x, start.y, start.yaw);
  const steps = Math.round(farthest[kind] / step[kind]);
  for (let i = 1; i <= steps; i++) {
    const { x, y, yaw } = moved(start, kind, sign * i * step[kind]);
    const next = space.roomAt(x, y, yaw);
    if (next < roomM - toleratedM) return undefined;
    if (next >= 0) return i * step[kind];
    roomM = Math.max(roomM, next);
  }
  return undefined;
}

function moved({ x, y, yaw }: PlanarPose, kind: DriveStretch['kind'], by: number): PlanarPose {
  return kind === 'turn'
    ? { x, y, yaw: wrapAngle(yaw + by) }
    : { x: x + Math.cos(yaw) * by, y: y + Math.sin(yaw) * by, yaw };
}
