import { Transform, type Vector3, wrapAngle } from '@efferent/core';
import { freeStand } from '../free-stand.ts';
import { argument, type SkillArgumentValue } from '../skill-arguments.ts';
import type { SkillBody } from '../skill-body.ts';
import { DriveFailure, SkillFailure } from '../skill-failure.ts';
import { type ResolvedTarget, resolveTarget } from '../targets.ts';
import type { SkillImplementation } from './skill.ts';
import { tuckArm } from './tuck.ts';

/** How near counts as there, m and rad. */
const arrivedM = 0.12;
const arrivedRad = 0.2;
/** Places that are tried one after the other where any from which a thing is seen will do. */
const mostPlaces = 3;

/** Drives to a place, or in front of a thing. */
export const navigate: SkillImplementation = async (body, values) => {
  const { target, goal } = standFor(body, argument(values, 'target'));
  try {
    await driveWithTuckedArm(body, goal);
  } catch (error) {
    // Other skills try another way when the base is blocked; here the drive was all there was to do.
    throw error instanceof DriveFailure ? new SkillFailure(error.serverCode, error.message, error) : error;
  }
  const reached = body.mapFromBase();
  const offM = distance(reached, goal);
  const offRad = Math.abs(wrapAngle(reached.yaw - goal.yaw));
  if (offM > arrivedM || offRad > arrivedRad) {
    throw new SkillFailure(
      'blocked',
      `stopped ${offM.toFixed(2)} m and ${offRad.toFixed(2)} rad from ${target.label}`,
    );
  }
  return `at ${target.label}, ${(offM * 100).toFixed(0)} cm and ${((offRad * 180) / Math.PI).toFixed(0)} degrees off`;
};

/** Where the base stands for a named place or thing. @throws {@link SkillFailure} code `invalid-argument` */
export function standFor(
  body: SkillBody,
  value: SkillArgumentValue,
): { readonly target: ResolvedTarget; readonly goal: Transform } {
  const target = resolveTarget(body, value, body.mapFromBase().translation);
  const goal = freeStand(body, target.mapFromBase ?? approachFrom(body, target.centerM), target.centerM);
  return { target, goal };
}

/** Folds the arm in when the way is longer than a nudge, then drives. */
export async function driveWithTuckedArm(body: SkillBody, goal: Transform): Promise<void> {
  // A fixed base works from where it is, or not at all.
  if (body.model.isFixed) return;
  const here = body.mapFromBase();
  if (distance(here, goal) < 0.03 && Math.abs(wrapAngle(here.yaw - goal.yaw)) < 0.05) return;
  await tuckArm(body);
  body.report('drive', 0, `to ${goal.translation[0].toFixed(2)}, ${goal.translation[1].toFixed(2)}`);
  await body.driveTo(goal);
}

/** Drives to the free place nearest to a wished one from which a point is seen; to another one when that is found taken. */
export async function driveBeside(body: SkillBody, wished: Transform, pointM: Vector3): Promise<void> {
  const taken: Transform[] = [];
  for (let place = 1; place < mostPlaces; place++) {
    const stand = freeStand(body, wished, pointM, taken);
    if (await driveIfFree(body, stand)) return;
    taken.push(stand);
  }
  await driveWithTuckedArm(body, freeStand(body, wished, pointM, taken));
}

/** Drives to a place like {@link driveWithTuckedArm}; false when navigation finds it taken, or no way to it. */
export async function driveIfFree(body: SkillBody, goal: Transform): Promise<boolean> {
  try {
    await driveWithTuckedArm(body, goal);
    return true;
  } catch (error) {
    if (error instanceof DriveFailure && error.serverCode === 'unreachable') return false;
    throw error;
  }
}

/** A pose about 0.8 m before a point, on the line from here, facing along it. */
function approachFrom(body: SkillBody, centerM: readonly [number, number, number]): Transform {
  const here = body.mapFromBase().translation;
  const heading = Math.atan2(centerM[1] - here[1], centerM[0] - here[0]);
  return Transform.fromPlanar(
    centerM[0] - 0.8 * Math.cos(heading),
    centerM[1] - 0.8 * Math.sin(heading),
    heading,
  );
}

const distance = (a: Transform, b: Transform): number =>
  Math.hypot(a.translation[0] - b.translation[0], a.translation[1] - b.translation[1]);
