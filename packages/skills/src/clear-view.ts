import type { Vector3 } from '@efferent/core';
import { moveArmTo } from './arm-motion.ts';
import { openingsAround } from './openings.ts';
import type { PlanningBody, SkillBody } from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';
import { linkBoxes, linksMovedBy, WorkScene } from './work-scene.ts';

/** A line of sight that passes the arm by less than this is blocked, m: a thing is more than a point. */
const besideM = 0.08;
const sampleM = 0.03;
/** The first part of the line of sight is the head itself, m. */
const headM = 0.08;
const heightStepM = 0.1;
/** Heights that are planned for, nearest first. */
const mostHeights = 4;

/**
 * Moves the arm up or down where it stands between the camera and a point; what cannot be cleared stays as it is.
 * A folded arm at the height of a table top hides what lies on the table.
 */
export async function clearView(body: SkillBody, pointM: Vector3): Promise<void> {
  const now = body.actuatorPositions();
  if (!isViewBlocked(body, now, pointM)) return;
  const lift = body.model.actuatorIndex(body.model.manifest.arm?.lift ?? '');
  const { lower, upper } = body.model.actuators[lift]!;
  const goals: Float64Array[] = [];
  for (let height = lower + heightStepM; height < upper; height += heightStepM) {
    const goal = now.slice();
    goal[lift] = height;
    if (!isViewBlocked(body, goal, pointM)) goals.push(goal);
  }
  if (goals.length === 0) return;
  const away = (goal: Float64Array) => Math.abs(goal[lift]! - now[lift]!);
  goals.sort((a, b) => away(a) - away(b));
  const { carried } = body;
  const work = new WorkScene(body, {
    openings: openingsAround(body, pointM),
    ...(carried === undefined ? {} : { carried }),
  });
  try {
    await moveArmTo(body, work, goals.slice(0, mostHeights));
  } catch (error) {
    if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
  }
}

/** Tells whether the arm, at these actuator positions, hides a point of the map from the camera. */
export function isViewBlocked(body: PlanningBody, positions: Float64Array, pointM: Vector3): boolean {
  const lift = body.model.manifest.arm?.lift;
  if (lift === undefined) return false;
  const arm = new Set(linksMovedBy(body, lift));
  const solids = linkBoxes(body, positions, besideM, (name) => arm.has(name));
  const q = body.model.zeroJointPositions();
  const poses = body.model.linkPoses(body.model.jointPositionsFromActuators(positions, q));
  const baseFromCamera = poses.get(body.model.manifest.frames.camera);
  if (baseFromCamera === undefined) return false;
  const [cx, cy, cz] = body.mapFromBase().apply(baseFromCamera.translation);
  const [dx, dy, dz] = [pointM[0] - cx, pointM[1] - cy, pointM[2] - cz];
  const lengthM = Math.hypot(dx, dy, dz);
  for (let atM = headM; atM < lengthM - besideM; atM += sampleM) {
    const share = atM / lengthM;
    if (solids.some((inside) => inside(cx + share * dx, cy + share * dy, cz + share * dz))) return true;
  }
  return false;
}
