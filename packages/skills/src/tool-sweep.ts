import { clamp, type Vector3 } from '@efferent/core';
import { holdsSomething } from './library/tuck.ts';
import type { SkillBody } from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';
import type { StraightArm } from './straight-arm.ts';

/** Speed along a stroke, and with which the arm and the base are led, m/s; 1/s. */
const strokeMps = 0.08;
const fastestMps = 0.12;
const gain = 2.5;
/** The point that is followed waits for a tool that is farther behind it than this, m. */
const leashM = 0.05;
/** A stroke is over when the tool is this near to its end, m; or when nothing has moved for so long, s. */
const endM = 0.008;
const patienceS = 2.5;
const periodS = 0.05;
/** What is held is pressed on with an effort of the lift between these, N; above the last one something is wrong. */
const pressN = { least: 3, most: 15, tooMuch: 45 } as const;
/** Speed at which the lift gives way or follows, m/s. */
const trimMps = 0.006;

export interface Sweep {
  readonly straight: StraightArm;
  /** Where the middle of what is held is, from the tool, along the base's axes, m. */
  readonly offM: readonly [number, number];
  /** Effort of the lift before anything was touched, N. */
  readonly freeN: number;
}

/**
 * Leads what is held along a line over a surface: the base drives along its x axis, the arm stretches, both at once; the lift keeps
 * it pressed on.
 *
 * @param points - to be passed one after the other, map frame, m; heights do not count
 * @throws {@link SkillFailure} codes `dropped`, `force-limit`, `blocked`
 */
export async function sweepAlong(body: SkillBody, sweep: Sweep, points: readonly Vector3[]): Promise<void> {
  const { arm } = body.model.manifest;
  const { extension, lift } = arm ?? { extension: '', lift: '' };
  try {
    let from = heldAt(body, sweep);
    for (const point of points) {
      await strokeTo(body, sweep, from, point, extension, lift);
      from = point;
    }
  } finally {
    body.sendBaseVelocity(0, 0);
  }
}

async function strokeTo(
  body: SkillBody,
  sweep: Sweep,
  from: Vector3,
  to: Vector3,
  extension: string,
  lift: string,
): Promise<void> {
  const lengthM = Math.hypot(to[0] - from[0], to[1] - from[1]);
  let doneM = 0;
  let leastM = Number.POSITIVE_INFINITY;
  let progressS = body.nowS();
  for (;;) {
    const share = lengthM === 0 ? 1 : doneM / lengthM;
    const wanted: Vector3 = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1]), 0];
    const way = wayOf(body, sweep, wanted);
    const behindM = Math.hypot(way.driveM, way.stretchM);
    const leftM = lengthM - doneM + behindM;
    if (doneM >= lengthM && behindM < endM) return;
    if (leftM < leastM - 0.004) {
      leastM = leftM;
      progressS = body.nowS();
    }
    if (body.nowS() - progressS > patienceS) {
      if (leftM < 2 * endM) return;
      throw new SkillFailure(
        'blocked',
        `the tool stood still ${(leftM * 100).toFixed(0)} cm before its goal`,
      );
    }
    if (behindM < leashM) doneM = Math.min(lengthM, doneM + strokeMps * periodS);
    const trim = trimOf(body, body.effort(lift) - sweep.freeN);
    const limited = (m: number) => clamp(m * gain, -fastestMps, fastestMps);
    body.sendBaseVelocity(limited(way.driveM), 0);
    body.sendJog({ [extension]: limited(way.stretchM), ...(trim === 0 ? {} : { [lift]: trim }) });
    await body.sleep(periodS);
  }
}

/** How the lift has to move so that what is held stays pressed on, m/s. @param effortN - of the lift, less what carrying takes */
function trimOf(body: SkillBody, effortN: number): number {
  if (!holdsSomething(body)) throw new SkillFailure('dropped', 'the gripper lost what it wiped with');
  if (-effortN > pressN.tooMuch)
    throw new SkillFailure('force-limit', `what is held is pressed on with ${(-effortN).toFixed(0)} N`);
  if (-effortN < pressN.least) return -trimMps;
  return -effortN > pressN.most ? trimMps : 0;
}

/** Where the middle of what is held is, map frame, m; without its height. */
function heldAt(body: SkillBody, sweep: Sweep): Vector3 {
  const { driveM, stretchM } = wayOf(body, sweep, body.mapFromBase().translation);
  const { straight } = sweep;
  const [c, s] = [Math.cos(body.mapFromBase().yaw), Math.sin(body.mapFromBase().yaw)];
  const [x, y] = body.mapFromBase().translation;
  const [u, v] = [-driveM, -straight.side * stretchM];
  return [x + c * u - s * v, y + s * u + c * v, 0];
}

/** How far the base has to drive and the arm to stretch until what is held is over a point, m. */
function wayOf(body: SkillBody, { straight, offM }: Sweep, point: Vector3) {
  const positions = body.actuatorPositions();
  const mapFromBase = body.mapFromBase();
  const [c, s] = [Math.cos(mapFromBase.yaw), Math.sin(mapFromBase.yaw)];
  const forTool: Vector3 = [
    point[0] - (c * offM[0] - s * offM[1]),
    point[1] - (s * offM[0] + c * offM[1]),
    0,
  ];
  const { driveM, extensionM } = straight.wayTo(mapFromBase, positions, forTool);
  return { driveM, stretchM: extensionM - straight.extensionOf(positions) };
}
