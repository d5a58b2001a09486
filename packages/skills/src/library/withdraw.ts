import { Transform, type Vector3 } from '@efferent/core';
import { mapFromTool, moveToolStraight, raiseHand } from '../arm-motion.ts';
import { openAboveM, type SupportArea, standpoints, supportAt } from '../geometry.ts';
import { openingsAround } from '../openings.ts';
import type { SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { WorkScene } from '../work-scene.ts';
import type { Reacquired } from './observe.ts';
import { tuckArm } from './tuck.ts';

/** The hand goes up by this much before it is drawn in: over a drawer's front, from a surface, and from the floor over the base, m. */
const outOfDrawerM = 0.24;
const backUpM = 0.06;
const overBaseM = 0.2;
/** What lies lower than this lies on the floor, m. */
const onFloorM = 0.15;
/** The hand opens so far to let go, m. */
const letGoM = 0.1;

/** Brings the held thing back over the base: up a little, arm in, wrist folded. */
export async function retract(body: SkillBody, target: Reacquired): Promise<void> {
  body.report('lift', 0.85);
  const support = supportOf(body, target.mapFromThing.translation);
  await withdraw(
    body,
    support,
    support?.topOnly === true ? outOfDrawerM : liesOnFloor(target) ? overBaseM : 0,
  );
}

const liesOnFloor = ({ mapFromThing }: Reacquired): boolean => mapFromThing.translation[2] < onFloorM;

/** Takes the hand out of a shelf or a fridge the way it came in; elsewhere up by `raiseM`. Then folds the arm. */
async function withdraw(body: SkillBody, support: SupportArea | undefined, raiseM: number): Promise<void> {
  if (support !== undefined && support.clearanceM < openAboveM) {
    const tool = mapFromTool(body, new WorkScene(body, { useDepth: false }));
    const stand = standpoints(body.map, support.furnitureId, [tool.translation[0], tool.translation[1]])[0];
    if (stand !== undefined && !(await drawOut(body, tool, stand.outward))) await pullIn(body);
  } else {
    if (raiseM > 0) await raiseHand(body, raiseM);
    await pullIn(body);
  }
  await tuckArm(body);
}

/** Ways out of an enclosure, from straight to slanting, rad. */
const exitTurnsRad = [0, 0.3, -0.3, 0.6, -0.6] as const;
const exitM = 0.3;

/**
 * Draws the hand out in a straight line on which neither it nor what it holds touches anything; where there is none by
 * what is known, straight ahead. Returns false when the arm has no such motion.
 */
async function drawOut(
  body: SkillBody,
  tool: Transform,
  outward: readonly [number, number],
): Promise<boolean> {
  const { carried } = body;
  const work = new WorkScene(body, { useDepth: false, ...(carried === undefined ? {} : { carried }) });
  const ahead = Math.atan2(outward[1], outward[0]);
  const [x, y, z] = tool.translation;
  const tries = [
    ...exitTurnsRad.map((turn) => ({ turn, checkCollisions: true })),
    { turn: 0, checkCollisions: false },
  ];
  for (const { turn, checkCollisions } of tries) {
    const [outX, outY] = [exitM * Math.cos(ahead + turn), exitM * Math.sin(ahead + turn)];
    try {
      const goal = new Transform([x + outX, y + outY, z], tool.rotation);
      await moveToolStraight(body, work, [goal], { checkCollisions });
      return true;
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
    }
  }
  return false;
}

/** What the thing stands on or in, drawers where they are seen to be. */
function supportOf(body: SkillBody, pointM: Vector3): SupportArea | undefined {
  return supportAt(body.map, pointM, openingsAround(body, pointM), 0.15);
}

/** Lowers what was gripped by mistake; touching something on the way is as good. */
export async function letDown(body: SkillBody, byM: number): Promise<void> {
  try {
    await raiseHand(body, -byM);
  } catch (error) {
    if (!SkillFailure.isInstance(error) || error.code !== 'blocked') throw error;
  }
}

/** Draws the arm in at its present height. */
async function pullIn(body: SkillBody): Promise<void> {
  const extension = body.model.manifest.arm?.extension;
  if (extension !== undefined) await body.moveActuators({ [extension]: 0.02 });
}

/** Opens the gripper and folds the arm in after a failed attempt, so that the camera sees the place again. */
export async function letGo(body: SkillBody, target: Reacquired): Promise<void> {
  await body.moveGripper(Math.min(letGoM, body.model.manifest.gripper.stroke_m));
  const support = supportOf(body, target.mapFromThing.translation);
  await withdraw(
    body,
    support,
    support?.topOnly === true ? outOfDrawerM : liesOnFloor(target) ? overBaseM : backUpM,
  );
}
