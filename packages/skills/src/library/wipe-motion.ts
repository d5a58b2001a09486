import type { Vector3 } from '@efferent/core';
import { mapFromTool, moveArmTo, raiseHand } from '../arm-motion.ts';
import { sidestepTo } from '../sidestep.ts';
import type { CarriedThing, SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { thenLeave } from '../then-leave.ts';
import { sweepAlong } from '../tool-sweep.ts';
import type { Stroke } from '../wipe-lanes.ts';
import type { WipingArm } from '../wipe-stand.ts';
import { WorkScene } from '../work-scene.ts';
import { holdsSomething, tuckArm } from './tuck.ts';

/** What is held comes this far over the surface, and is let down at most so far below it, m. */
const aboveM = 0.05;
const belowM = 0.035;
/** A touch this far above the surface is of something else, m. */
const earlyM = 0.03;
/** From this effort of the lift on, beyond that of free motion, what is held stands on something, N. */
const touchN = 6;
const lowerSpeed = 0.15;
/** Strokes whose ends are within this of each other are done without lifting, m. */
const joinedM = 0.1;

/**
 * Moves what is held over a surface in strokes, pressed on, and folds the arm in.
 *
 * @param surfaceM - height of the surface
 * @returns how many strokes were made
 * @throws {@link SkillFailure} codes `blocked`, `dropped`, `force-limit`, `unreachable`
 */
export async function doStrokes(
  body: SkillBody,
  arm: WipingArm,
  carried: CarriedThing,
  surfaceM: number,
  strokes: readonly Stroke[],
): Promise<number> {
  let done = 0;
  let failure: unknown;
  for (const run of joined(strokes)) {
    body.report('wipe', 0.4 + (0.5 * done) / strokes.length, `${done + 1} of ${strokes.length}`);
    try {
      const work = () => wipeRun(body, arm, carried, surfaceM, run);
      const { stuck } = await thenLeave(work, () => leave(body));
      // An arm before the camera would hide what is left.
      if (stuck !== undefined) throw new SkillFailure('blocked', `${stuck.message}, after a stroke`, stuck);
      done += run.length;
    } catch (error) {
      // Beside something that stands there the arm may find no way down: what else can be wiped is wiped all the same.
      if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
      failure = error;
    }
    requireStillHeld(body);
  }
  if (done === 0) throw failure;
  return done;
}

/** Strokes in groups of those that are done without lifting: things may stand between one group and the next. */
function joined(strokes: readonly Stroke[]): readonly (readonly Stroke[])[] {
  const runs: Stroke[][] = [];
  for (const stroke of strokes) {
    const last = runs.at(-1)?.at(-1);
    const isNear =
      last !== undefined && Math.hypot(stroke.from[0] - last.to[0], stroke.from[1] - last.to[1]) < joinedM;
    if (isNear) runs.at(-1)?.push(stroke);
    else runs.push([stroke]);
  }
  return runs;
}

async function wipeRun(
  body: SkillBody,
  arm: WipingArm,
  carried: CarriedThing,
  surfaceM: number,
  strokes: readonly Stroke[],
): Promise<void> {
  const { straight } = arm;
  const high = arm.over(surfaceM + aboveM, straight.extensionOf(body.actuatorPositions()));
  if (high === undefined) throw new SkillFailure('unreachable', 'the arm does not get over the surface');
  const offM = arm.offM(high);
  await reachOver(body, carried, arm, high, strokes[0]!.from, offM);
  const freeN = await letDown(body, carried, surfaceM);
  await sweepAlong(
    body,
    { straight, offM, freeN },
    strokes.flatMap(({ from, to }) => [from, to]),
  );
}

/** Takes the hand from the surface and folds the arm in. */
async function leave(body: SkillBody): Promise<void> {
  await raiseHand(body, aboveM);
  await tuckArm(body);
}

/** Brings what is held over the first point: the base beside it first, then the arm straight out. */
async function reachOver(
  body: SkillBody,
  carried: CarriedThing,
  { straight }: WipingArm,
  high: Float64Array,
  point: Vector3,
  offM: readonly [number, number],
): Promise<void> {
  const way = () => {
    const base = body.mapFromBase();
    const off = base.apply([offM[0], offM[1], 0]);
    const [ox, oy] = [off[0] - base.translation[0], off[1] - base.translation[1]];
    return straight.wayTo(base, high, [point[0] - ox, point[1] - oy, 0]);
  };
  body.report('reach', 0.4);
  await sidestepTo(body, () => way().driveM, 'what is wiped');
  const goal = high.slice();
  goal[body.model.actuatorIndex(body.model.manifest.arm?.extension ?? '')] = way().extensionM;
  await moveArmTo(body, new WorkScene(body, { carried }), [goal]);
}

/**
 * Lets down what is held until it stands on the surface. Returns the effort of the lift before that, N.
 *
 * @throws {@link SkillFailure} codes `blocked` when it meets something higher up, `dropped` when nothing is met
 */
async function letDown(body: SkillBody, carried: CarriedThing, surfaceM: number): Promise<number> {
  const lift = body.model.manifest.arm?.lift ?? '';
  const freeN = body.effort(lift);
  const work = new WorkScene(body, { useDepth: false });
  const lowM = () => mapFromTool(body, work).translation[2] - carried.belowToolM;
  const feels = () => Math.abs(body.effort(lift) - freeN) > touchN;
  const downM = lowM() - surfaceM + belowM;
  try {
    await raiseHand(body, -downM, { speed: lowerSpeed, until: feels });
  } catch (error) {
    if (!SkillFailure.isInstance(error) || error.code !== 'blocked' || !feels()) throw error;
  }
  requireStillHeld(body);
  const restM = lowM() - surfaceM;
  if (feels() && restM < earlyM) return freeN;
  throw new SkillFailure(
    feels() ? 'blocked' : 'dropped',
    feels()
      ? `what is held met something ${(restM * 100).toFixed(0)} cm above the surface`
      : `what is held went ${(-restM * 100).toFixed(0)} cm through where the surface is: less of it is in the hand than thought`,
  );
}

/** @throws {@link SkillFailure} code `dropped` */
export function requireStillHeld(body: SkillBody): void {
  if (holdsSomething(body)) return;
  body.carried = undefined;
  throw new SkillFailure('dropped', 'the gripper lost what it wiped with');
}
